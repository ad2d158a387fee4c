import { Link } from '@tanstack/react-router'
import { GitBranch, Logs } from 'lucide-react'
import { keptOf, useAppSearch } from '@/shared/filters/search'
import { type Column, DataTable, ROW_HEIGHT, useDensity } from '@/shared/ui/DataTable'
import { IdChip } from '@/shared/ui/IdChip'
import { Section } from '@/shared/ui/Page'
import { Loading } from '@/shared/ui/States'
import { TableSkeleton } from '@/shared/ui/TableParts'
import { Clock } from '@/shared/ui/Values'
import { HEAD } from './Breakdown'
import { useExamples } from './queries'
import type { Metric, Source, VitalExample } from './types'
import { RATING_WORDS, VITAL_WORDS, vitalText } from './vitals'
import css from './web_vitals.module.css'

const keyOf = (row: VitalExample) => `${row.trace_id} ${row.event_uuid} ${row.span_id} ${row.time}`

/** The loads in which the chosen vital was worst, each with its way on: trace, event, session, user. */
export function Examples({ metric, source }: { metric: Metric; source: Source }) {
  const examples = useExamples(metric, source)
  const [density] = useDensity()
  return (
    <Section title={`Page loads with the worst ${VITAL_WORDS[metric].toLowerCase()}`}>
      <Loading query={examples} what="Page loads" skeleton={<div className={css.table} style={{ height: 220 }}><TableSkeleton /></div>}>
        {({ items }) => items.length === 0
          ? <span className="faint">{metric.toUpperCase()} was not measured here.</span>
          : (
            <div className={css.table} style={{ height: Math.min(420, HEAD + items.length * ROW_HEIGHT[density]) }}>
              <DataTable label="Page loads" columns={COLUMNS} rows={items} rowKey={keyOf} />
            </div>
          )}
      </Loading>
    </Section>
  )
}

const COLUMNS: Column<VitalExample>[] = [
  {
    id: 'value', header: 'Value', width: 84, align: 'right',
    cell: (row) => <b className={css.rated} data-rating={row.rating} title={RATING_WORDS[row.rating]}>{vitalText(row.metric, row.value)}</b>,
  },
  { id: 'page', header: 'Page', width: 190, grow: true, cell: (row) => <span className="ellipsis" title={row.url || row.page}>{row.page || <span className="faint">page not told</span>}</span> },
  { id: 'element', header: 'Element', width: 170, mono: true, cell: (row) => <span className="ellipsis dim" title={row.element}>{row.element}</span> },
  { id: 'browser', header: 'Browser', width: 150, cell: (row) => <span className="ellipsis dim" title={[row.browser, row.os, row.device, row.country].filter(Boolean).join(' · ')}>{[row.browser, row.device].filter(Boolean).join(' · ')}</span> },
  { id: 'time', header: 'When', width: 120, align: 'right', cell: (row) => <span className="dim"><Clock time={row.time} /></span> },
  { id: 'user', header: 'User', width: 130, cell: (row) => <IdChip kind="user" value={row.user_id} max={14} /> },
  { id: 'session', header: 'Session', width: 130, cell: (row) => <IdChip kind="session" value={row.session_id} max={14} /> },
  { id: 'more', header: 'Leads to', width: 92, cell: (row) => <Way row={row} /> },
]

function Way({ row }: { row: VitalExample }) {
  const kept = keptOf(useAppSearch())
  if (row.trace_id) return <Link className="link row" style={{ gap: 4 }} to="/traces/$traceId" params={{ traceId: row.trace_id }} search={kept}><GitBranch size={12} />Trace</Link>
  if (row.event_uuid) return <Link className="link row" style={{ gap: 4 }} to="/events" search={{ ...kept, event: '$web_vitals', ...(row.user_id && { user_id: row.user_id }) }}><Logs size={12} />Events</Link>
  return null
}
