import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { Download } from 'lucide-react'
import { ApiError } from '@/api/client'
import { AroundCards } from '@/features/issues/AroundRail'
import { humanBytes } from '@/shared/format/numbers'
import { severityOfLevel } from '@/shared/format/severity'
import { safeUrl } from '@/shared/format/text'
import { fullTime } from '@/shared/format/times'
import { Attributes } from '@/shared/ui/Attributes'
import { CopyValue } from '@/shared/ui/Copy'
import { Drawer } from '@/shared/ui/Drawer'
import { JoinChips } from '@/shared/ui/IdChip'
import { useKeys } from '@/shared/ui/keys'
import { Section } from '@/shared/ui/Page'
import { SeverityMark } from '@/shared/ui/SeverityMark'
import { Empty, ErrorState, Lines } from '@/shared/ui/States'
import { Ago } from '@/shared/ui/Values'
import { whoOf } from './columns'
import css from './feedback.module.css'
import { StatusMark } from './Marks'
import { useFileUrl, useOneFeedback } from './queries'
import type { FeedbackDetail } from './types'
import type { Decide } from './useDecide'

/** One message: what was said, what it is about, and what happened around it. */
export function FeedbackDrawer({ id, onClose, onStep, decide }: { id: string; onClose: () => void; onStep: (by: 1 | -1) => void; decide: Decide }) {
  const query = useOneFeedback(id)
  const one = query.data
  useKeys({
    e: () => { if (one) decide([one], one.status === 'resolved' ? 'new' : 'resolved') },
    s: () => { if (one) decide([one], 'spam') },
  }, one !== undefined)
  if (!one) {
    const missing = query.error instanceof ApiError && query.error.status === 404
    return (
      <Drawer title="Feedback" onClose={onClose} onStep={onStep}>
        {missing ? <Empty title="This feedback is not stored">It may be past retention, or belong to another project.</Empty>
          : query.error ? <ErrorState what="This feedback" error={query.error} retry={() => void query.refetch()} /> : <Lines />}
      </Drawer>
    )
  }
  return (
    <Drawer onClose={onClose} onStep={onStep} title={<div className="row"><h2 className="ellipsis">{whoOf(one) || 'Somebody'}</h2><span className="dim num ellipsis">{fullTime(one.time)}</span></div>}>
      <div className="row wrap">
        <StatusMark status={one.status} />
        {one.changed_at && <span className="faint">{one.changed_by ? `by ${one.changed_by.name || one.changed_by.email}, ` : ''}<Ago time={one.changed_at} /></span>}
        <div className="spread" />
        {one.status !== 'spam' && <Button size="compact-sm" variant="default" onClick={() => decide([one], 'spam')}>Spam</Button>}
        {one.status === 'new' ? <Button size="compact-sm" onClick={() => decide([one], 'resolved')}>Resolve</Button>
          : <Button size="compact-sm" variant="default" onClick={() => decide([one], 'new')}>Back to new</Button>}
      </div>
      <blockquote className={css.message}>{one.message}</blockquote>
      <Who one={one} />
      <Files one={one} />
      <About one={one} />
      <JoinChips of={{ user_id: one.user_id, session_id: one.session_id, trace_id: one.trace_id, release: one.release, environment: one.environment }} />
      <AroundCards around={one.around} at={one.time} traceId={one.trace_id} here="this message" />
      <Sent payload={one.payload} />
    </Drawer>
  )
}

function Who({ one }: { one: FeedbackDetail }) {
  const page = safeUrl(one.url)
  if (!one.email && !one.url) return null
  return (
    <dl className={css.facts}>
      {one.email && <><dt>Email</dt><dd><CopyValue text={one.email} /></dd></>}
      {one.url && <><dt>Page</dt><dd>{page ? <a className="link" href={page} target="_blank" rel="noreferrer noopener">{one.url}</a> : one.url}</dd></>}
    </dl>
  )
}

function About({ one: { error, event_id: eventId } }: { one: FeedbackDetail }) {
  if (!error) return eventId ? <Section title="About"><div className="dim">An event that is not stored: it has not come yet, or is past retention. <code>{eventId}</code></div></Section> : null
  return (
    <Section title={error.by === 'trace' ? 'Probably about: the last error before it in the same trace' : 'About'}>
      <Link to="/issues/$issue" params={{ issue: error.issue }} search={{ item: error.event_id }} className={css.about}>
        <span className="row"><SeverityMark severity={severityOfLevel(error.level)} /><b className="ellipsis">{error.title || 'An error'}</b></span>
        <span className="dim row"><span className="ellipsis">{[error.service, error.culprit].filter(Boolean).join(' · ')}</span><span className="spread" /><Ago time={error.time} /></span>
      </Link>
    </Section>
  )
}

function Files({ one }: { one: FeedbackDetail }) {
  const url = useFileUrl()
  if (one.attachments.length === 0) return null
  const pictures = one.attachments.filter(({ picture }) => picture)
  const others = one.attachments.filter(({ picture }) => !picture)
  return (
    <Section title={pictures.length > 0 ? 'Screenshot' : 'Files'}>
      {pictures.map((file) => (
        <a key={file.attachment_id} href={url(one.id, file.attachment_id)} target="_blank" rel="noreferrer noopener" className={css.picture} title={`${file.filename}, ${humanBytes(file.size)}: open`}>
          <img src={url(one.id, file.attachment_id)} alt={`Screenshot ${file.filename}`} loading="lazy" />
        </a>
      ))}
      {others.map((file) => (
        <a key={file.attachment_id} href={url(one.id, file.attachment_id)} download className="link row"><Download size={13} /><span className="ellipsis">{file.filename}</span><span className="faint">{humanBytes(file.size)}</span></a>
      ))}
    </Section>
  )
}

/** What else the event said: tags, browser, device. */
function Sent({ payload }: { payload: Record<string, unknown> }) {
  const contexts = (payload['contexts'] ?? {}) as Record<string, unknown>
  const told = Object.fromEntries(['browser', 'client_os', 'os', 'device', 'culture'].flatMap((name) => (contexts[name] ? [[name, contexts[name]]] : [])))
  const tags = payload['tags'] as Record<string, unknown> | undefined
  return (
    <>
      {tags && Object.keys(tags).length > 0 && <Section title="Tags"><Attributes of={tags} /></Section>}
      {Object.keys(told).length > 0 && <Section title="Browser"><Attributes of={told} /></Section>}
    </>
  )
}
