import type { LogRecord } from '@/api/types'
import { Attributes } from '@/shared/ui/Attributes'
import { CopyButton } from '@/shared/ui/Copy'
import { Drawer } from '@/shared/ui/Drawer'
import { JoinChips } from '@/shared/ui/IdChip'
import { Section } from '@/shared/ui/Page'
import { Related } from '@/shared/ui/Related'
import { SeverityMark } from '@/shared/ui/SeverityMark'
import { Empty, Lines } from '@/shared/ui/States'
import { fullTime } from '@/shared/format/times'
import { severityOf } from './columns'
import css from './logs.module.css'

export function LogDrawer({ record, loading, onClose, onStep }: {
  record: LogRecord | undefined; loading: boolean; onClose: () => void; onStep: (by: 1 | -1) => void
}) {
  if (!record) {
    return (
      <Drawer title="Log record" onClose={onClose}>
        {loading ? <Lines /> : <Empty title="This record is not stored">It may be older than the retention of logs, or belong to another project.</Empty>}
      </Drawer>
    )
  }
  return (
    <Drawer onClose={onClose} onStep={onStep} title={<div className="row"><SeverityMark severity={severityOf(record)} label={record.severity_text || true} /><span className="dim num">{fullTime(record.time)}</span></div>}>
      <Section title="Body" actions={<CopyButton text={record.body} label="Copy body" />}>
        <pre className={css.body}>{prettyBody(record.body)}</pre>
      </Section>
      <JoinChips of={record} />
      <Related of={record} />
      <Section title="Attributes"><Attributes of={record.attributes} field={(name) => `attributes.${name}`} empty="This record has no attributes." /></Section>
      <Section title="Resource"><Attributes of={record.resource} field={(name) => `resource.${name}`} empty="No resource was sent." /></Section>
      <Section title="Record">
        <Attributes of={{ id: record.id, time: record.time, severity_number: record.severity_number, span_id: record.span_id, event_name: record.event_name, scope: record.scope_name, source: record.source }} />
      </Section>
    </Drawer>
  )
}

/** A body that is a JSON object reads better indented. */
function prettyBody(body: string): string {
  if (!/^\s*[{[]/.test(body) || body.length > 20_000) return body
  try { return JSON.stringify(JSON.parse(body), null, 2) } catch { return body }
}
