import { Link } from '@tanstack/react-router'
import { ArrowUpRight } from 'lucide-react'
import type { ErrorDetail } from '@/api/types'
import { exactNumber, humanBytes, humanDuration } from '@/shared/format/numbers'
import { plural } from '@/shared/format/text'
import { CopyButton } from '@/shared/ui/Copy'
import { Section } from '@/shared/ui/Page'
import { Empty } from '@/shared/ui/States'
import css from './detectors.module.css'
import { adviceOf, evidenceOf, lanes, type Evidence } from './evidence'
import { useMet } from './queries'

/** What a detector found: how much time is lost, in which spans, and what can be done. */
export function Finding({ issue, error }: { issue: { id: string; value: string }; error: ErrorDetail }) {
  const evidence = evidenceOf(error.payload)
  if (!evidence) return <Empty title="What was found is not there">The event has no evidence; another version of the server may have written it.</Empty>
  return (
    <>
      <Numbers issue={issue.id} evidence={evidence} />
      <Advice detector={evidence.detector} />
      {evidence.pattern !== issue.value && (
        <Section title={evidence.pattern.includes('\n') ? 'Patterns' : 'Pattern'} actions={<CopyButton text={evidence.pattern} label="Copy the pattern" />}>
          <pre className={css.pattern}>{evidence.pattern}</pre>
        </Section>
      )}
      <Spans evidence={evidence} trace={error.trace_id} />
    </>
  )
}

function Numbers({ issue, evidence }: { issue: string; evidence: Evidence }) {
  const met = useMet(issue).data
  const share = evidence.parent && evidence.parent.duration_ns > 0 ? evidence.total_ns / evidence.parent.duration_ns : null
  return (
    <dl className={css.numbers}>
      <div><dt>{evidence.count === 1 ? 'Call' : 'Calls'}</dt><dd className="num">{exactNumber(evidence.count)}</dd></div>
      <div><dt>Together</dt><dd className="num">{humanDuration(evidence.total_ns)}{share !== null && share <= 1 && <span className="faint"> {Math.round(share * 100)} % of the span</span>}</dd></div>
      <div><dt>Could be saved</dt><dd className="num">{humanDuration(evidence.savable_ns)}</dd></div>
      <div><dt>Longest</dt><dd className="num">{humanDuration(evidence.longest_ns)}</dd></div>
      {evidence.bytes > 0 && <div><dt>Largest body</dt><dd className="num">{humanBytes(evidence.bytes)}</dd></div>}
      {met && met.traces > 0 && (
        <div title={`Of each hour ${met.most_rows_an_hour} traces are kept as events; all are counted`}>
          <dt>Met in</dt><dd className="num">{plural(met.traces, 'trace')}{met.traces > met.rows && <span className="faint"> {exactNumber(met.rows)} kept</span>}</dd>
        </div>
      )}
    </dl>
  )
}

function Advice({ detector }: { detector: string }) {
  const advice = adviceOf(detector)
  return advice && <p className={css.advice}><b>{advice[0]}</b> {advice[1]}</p>
}

function Spans({ evidence, trace }: { evidence: Evidence; trace: string }) {
  const { at } = lanes(evidence)
  const { parent, spans, count } = evidence
  return (
    <Section title={spans.length < count ? `Spans (${spans.length} of ${exactNumber(count)})` : `Spans (${spans.length})`}
      actions={<Link to="/traces/$traceId" params={{ traceId: trace }} search={{ item: parent?.span_id ?? spans[0]?.span_id }} className="link row" style={{ gap: 3 }}>Open trace<ArrowUpRight size={13} /></Link>}>
      <div className={css.spans} role="list" aria-label="Offending spans">
        {parent && <Row trace={trace} id={parent.span_id} text={parent.name || parent.op || 'span'} took={parent.duration_ns} {...at(parent)} parent />}
        {spans.map((span) => <Row key={span.span_id} trace={trace} id={span.span_id} text={span.text} took={span.duration_ns} bytes={span.bytes} {...at(span)} />)}
      </div>
    </Section>
  )
}

function Row({ trace, id, text, took, left, width, bytes = 0, parent = false }: { trace: string; id: string; text: string; took: number; left: number; width: number; bytes?: number; parent?: boolean }) {
  return (
    <Link role="listitem" to="/traces/$traceId" params={{ traceId: trace }} search={{ item: id }} preload={false} className={css.row} data-parent={parent || undefined}>
      <span className="mono ellipsis" title={text}>{text}</span>
      <span className={css.lane} aria-hidden><i style={{ left: `${left}%`, width: `${width}%` }} /></span>
      <span className="num dim">{humanDuration(took)}{bytes > 0 && <span className="faint"> {humanBytes(bytes)}</span>}</span>
    </Link>
  )
}
