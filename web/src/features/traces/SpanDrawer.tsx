import type { SpanDetail, Trace } from '@/api/types'
import { Link } from '@tanstack/react-router'
import { humanDuration } from '@/shared/format/numbers'
import { truncateMiddle } from '@/shared/format/text'
import { Attributes } from '@/shared/ui/Attributes'
import { Drawer } from '@/shared/ui/Drawer'
import { JoinChips } from '@/shared/ui/IdChip'
import { Section } from '@/shared/ui/Page'
import { SeverityMark } from '@/shared/ui/SeverityMark'
import { Lines, Loading } from '@/shared/ui/States'
import { Duration } from '@/shared/ui/Values'
import { isFailed } from './columns'
import { useSpan } from './queries'
import css from './traces.module.css'
import { type Node, ownMicroseconds, toMicroseconds } from './tree'

/** What the waterfall knows shows at once; what the span carried follows. */
export function SpanDrawer({ node, trace, onClose, onStep }: { node: Node; trace: Trace; onClose: () => void; onStep: (by: 1 | -1) => void }) {
  const { span } = node
  const detail = useSpan(trace.trace_id, span.span_id)
  const failed = isFailed(span)
  return (
    <Drawer onClose={onClose} onStep={onStep} title={<div className="row">{failed && <SeverityMark severity="error" />}<h2 className="ellipsis" title={span.name}>{span.name}</h2></div>}>
      <div className={css.facts}>
        <div><span className="faint">Duration</span><b><Duration ns={span.duration_ns} /></b></div>
        <div><span className="faint">Own time</span><b><Duration ns={ownMicroseconds(node) * 1_000} /></b></div>
        <div><span className="faint">Starts at</span><b className="num">+{humanDuration(span.start_ns)}</b></div>
        <div><span className="faint">Kind</span><b>{span.op || span.kind || '–'}</b></div>
        <div><span className="faint">Status</span><b className={failed ? 'bad' : undefined}>{span.status_code || 'unset'}</b></div>
      </div>
      <Loading query={detail} what="What this span carried" skeleton={<Lines count={10} />}>
        {(whole) => <Carried span={whole} startUs={toMicroseconds(trace.time)} />}
      </Loading>
    </Drawer>
  )
}

function Carried({ span, startUs }: { span: SpanDetail; startUs: number }) {
  const links = span.links ?? []
  const events = span.events ?? []
  return (
    <>
      {span.status_message && <pre className={css.message}>{span.status_message}</pre>}
      <JoinChips of={span} />
      {events.length > 0 && (
        <Section title={`Events (${events.length})`}>
          {events.map((event, index) => (
            <div key={index} className={css.event}>
              <div className="row"><b>{event.name}</b>{event.time && <span className="faint num">+{humanDuration((toMicroseconds(event.time) - startUs) * 1_000)}</span>}</div>
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
    </>
  )
}
