import { Link, useParams } from '@tanstack/react-router'
import { ChevronLeft } from 'lucide-react'
import { useMemo } from 'react'
import type { Trace, TraceSpan } from '@/api/types'
import { colorMap } from '@/shared/charts/colors'
import { humanDuration } from '@/shared/format/numbers'
import { plural, truncateMiddle } from '@/shared/format/text'
import { fullTime } from '@/shared/format/times'
import { CopyButton } from '@/shared/ui/Copy'
import { Page } from '@/shared/ui/Page'
import { Related } from '@/shared/ui/Related'
import { SeverityMark } from '@/shared/ui/SeverityMark'
import { Empty, ErrorState } from '@/shared/ui/States'
import { TableSkeleton } from '@/shared/ui/TableParts'
import { isFailed } from './columns'
import { useTrace } from './queries'
import css from './traces.module.css'
import { buildTree, spansOf } from './tree'
import { Waterfall } from './Waterfall'

export function TracePage() {
  const { traceId = '' } = useParams({ strict: false })
  const query = useTrace(traceId)
  const trace = query.data
  const spans = useMemo(() => (trace ? spansOf(trace) : []), [trace])
  const root = spans.find((span) => !span.parent_span_id) ?? spans[0]
  return (
    <Page title={root ? root.name : `Trace ${truncateMiddle(traceId, 16)}`} aside={trace && humanDuration(trace.duration_ns)}
      actions={<><code className="faint">{truncateMiddle(traceId, 18)}</code><CopyButton text={traceId} label="Copy trace id" /></>}>
      <div className={css.summary}>
        <Link to="/traces" search={{}} className="link row" style={{ gap: 3 }}><ChevronLeft size={14} />Traces</Link>
        {trace && <Summary trace={trace} />}
      </div>
      {trace ? (spans.length > 0 ? <Loaded trace={trace} spans={spans} /> : <NotStored />)
        : query.error ? ('status' in query.error && query.error.status === 404 ? <NotStored /> : <ErrorState what="This trace" error={query.error} retry={() => void query.refetch()} />)
          : <TableSkeleton />}
    </Page>
  )
}

function NotStored() {
  return <Empty title="No spans of this trace are stored">They may have been sampled out by the sender, not have arrived yet, or be older than the retention of spans.</Empty>
}

function Summary({ trace }: { trace: Trace }) {
  return (
    <>
      <span className="dim num">{fullTime(trace.time)}</span>
      <span className="dim">{plural(trace.span_count, 'span')} in {plural(trace.services.length, 'service')}</span>
      {trace.error_count > 0 && <SeverityMark severity="error" label={plural(trace.error_count, 'error')} />}
      {trace.truncated && <span style={{ color: 'var(--sev-warn)' }}>Partial: only the first {trace.rows.length.toLocaleString('en')} spans are shown</span>}
      <Related of={{ trace_id: trace.trace_id }} />
    </>
  )
}

function Loaded({ trace, spans }: { trace: Trace; spans: TraceSpan[] }) {
  const roots = useMemo(() => buildTree(spans, isFailed), [spans])
  const colors = useMemo(() => colorMap(trace.services), [trace])
  return <Waterfall trace={trace} roots={roots} colors={colors} />
}
