import { Link } from '@tanstack/react-router'
import type { ErrorDetail } from '@/api/types'
import { useScope } from '@/shared/filters/scope'
import { humanBytes } from '@/shared/format/numbers'
import { Attributes } from '@/shared/ui/Attributes'
import { CopyButton } from '@/shared/ui/Copy'
import { Section } from '@/shared/ui/Page'
import css from './errors.module.css'
import { record } from './payload'

/** What the event says besides its stack: user, request, tags, contexts. Sections with nothing to say are left out. */
export function SideFacts({ error }: { error: ErrorDetail }) {
  const { payload } = error
  const request = record(payload['request'])
  const contexts = record(payload['contexts']) ?? {}
  const user = record(payload['user']) ?? record({ ...(error.user_id && { id: error.user_id }), ...(error.user_email && { email: error.user_email }) })
  const extra = record(payload['extra'])
  const sdk = record(payload['sdk'])
  return (
    <aside className={css.side} aria-label="Facts">
      {error.reports.length > 0 && <Reports error={error} />}
      {user && <Section title="User"><Attributes of={user} /></Section>}
      {request && <Section title="Request"><Attributes of={request} /></Section>}
      {Object.keys(error.tags ?? {}).length > 0 && <Section title="Tags"><Attributes of={error.tags} /></Section>}
      {Object.entries(contexts).filter(([, value]) => record(value)).map(([name, value]) => (
        <Section key={name} title={`Context: ${name}`}><Attributes of={record(value)} /></Section>
      ))}
      {extra && <Section title="Extra"><Attributes of={extra} /></Section>}
      {error.attachments.length > 0 && <Attachments error={error} />}
      <Section title="Event" actions={<CopyButton text={JSON.stringify(payload, null, 2)} label="Copy event as JSON" />}>
        <Attributes of={{ event_id: error.event_id, fingerprint: error.fingerprint, source: error.source, platform: error.platform, sdk: sdk ? `${String(sdk['name'] ?? '')} ${String(sdk['version'] ?? '')}` : '', server_name: payload['server_name'] ?? '' }} />
      </Section>
    </aside>
  )
}

/** What other sources said of this crash; the lists count it once, as the richest of them. */
function Reports({ error }: { error: ErrorDetail }) {
  return (
    <Section title="The same crash, as reported by">
      {error.reports.map((report) => (
        <div key={report.event_id} className="row">
          <Link to="/issues/$issue" params={{ issue: report.fingerprint }} search={{ item: report.event_id }} className="link ellipsis">{report.source}: {report.title}</Link>
          <span className="faint">{report.service}</span>
        </div>
      ))}
    </Section>
  )
}

function Attachments({ error }: { error: ErrorDetail }) {
  const { base } = useScope()
  return (
    <Section title="Attachments">
      {error.attachments.map((file) => (
        <div key={file.attachment_id} className="row">
          <a className="link ellipsis" download href={`/api/v1${base}/errors/${encodeURIComponent(error.event_id)}/attachments/${encodeURIComponent(file.attachment_id)}`}>{file.filename || 'unnamed'}</a>
          <span className="faint">{humanBytes(file.size)} {file.content_type}</span>
        </div>
      ))}
    </Section>
  )
}
