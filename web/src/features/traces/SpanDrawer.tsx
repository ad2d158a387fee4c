import { Link } from '@tanstack/react-router'
import { humanDuration } from '@/shared/format/numbers'
import { truncateMiddle } from '@/shared/format/text'
import { Attributes } from '@/shared/ui/Attributes'
import { Drawer } from '@/shared/ui/Drawer'
import { JoinChips } from '@/shared/ui/IdChip'
import { Section } from '@/shared/ui/Page'
import { SeverityMark } from '@/shared/ui/SeverityMark'
import { Duration } from '@/shared/ui/Values'
import { isFailed } from './columns'
import css from './traces.module.css'
import { type Node, ownMicroseconds, toMicroseconds } from './tree'

export function SpanDrawer({ node, traceStartUs, onClose, onStep }: { node: Node; traceStartUs: number; onClose: () => void; onStep: (by: 1 | -1) => void }) {
  const { span } = node
  const failed = isFailed(span)
  const sinceStart = (time: string | undefined) => (time ? `+${humanDuration((toMicroseconds(time) - traceStartUs) * 1_000)}` : '')
  const links = span.links ?? []
  const events = span.events ?? []
  return (
    <Drawer onClose={onClose} onStep={onStep} title={<div className="row">{failed && <SeverityMark severity="error" />}<h2 className="ellipsis" title={span.name}>{span.name}</h2></div>}>
      <div className={css.facts}>
        <div><span className="faint">Duration</span><b><Duration ns={span.duration_ns} /></b></div>
        <div><span className="faint">Own time</span><b><Duration ns={ownMicroseconds(node) * 1_000} /></b></div>
        <div><span className="faint">Starts at</span><b className="num">{sinceStart(span.time)}</b></div>
        <div><span className="faint">Kind</span><b>{span.op || span.kind || '–'}</b></div>
        <div><span className="faint">Status</span><b className={failed ? 'bad' : undefined}>{span.status_code || 'unset'}</b></div>
      </div>
      {span.status_message && <pre className={css.message}>{span.status_message}</pre>}
      <JoinChips of={span} />
      {events.length > 0 && (
        <Section title={`Events (${events.length})`}>
          {events.map((event, index) => (
            <div key={index} className={css.event}>
              <div className="row"><b>{event.name}</b><span className="faint num">{sinceStart(event.time)}</span></div>
              <Attributes of={event.attributes} empty="No attributes." />
            </div>
          ))}
        </Section>
      )}
      <Section title="Attributes"><Attributes of={span.attributes} empty="This span has no attributes." /></Section>
      {span.measurements && Object.keys(span.measurements).length > 0 && <Section title="Measurements"><Attributes of={span.measurements} /></Section>}
      {links.length > 0 && (
        <Section title={`Links (${links.length})`}>
          {links.map((link, index) => (
            <div key={index} className={css.event}>
              <Link to="/traces/$traceId" params={{ traceId: link.trace_id }} search={{ item: link.span_id }} className="link mono">{truncateMiddle(link.trace_id, 24)} / {link.span_id}</Link>
              <Attributes of={link.attributes} empty="" />
            </div>
          ))}
        </Section>
      )}
      <Section title="Resource"><Attributes of={span.resource} empty="No resource was sent." /></Section>
      <Section title="Span"><Attributes of={{ span_id: span.span_id, parent_span_id: span.parent_span_id, trace_id: span.trace_id, scope: span.scope_name, source: span.source, kind: span.kind, time: span.time }} /></Section>
    </Drawer>
  )
}
