import { Link } from '@tanstack/react-router'
import { Sparkline } from '@/shared/charts/Sparkline'
import { type AppSearch } from '@/shared/filters/search'
import { change, percent } from '@/shared/format/numbers'
import type { Column } from '@/shared/ui/DataTable'
import { IdChip } from '@/shared/ui/IdChip'
import { Duration, Num } from '@/shared/ui/Values'
import { idOf, pageOf, spansOf } from './doors'
import { apdexText, apdexTone, carried, changeText, estimate } from './format'
import css from './performance.module.css'
import type { TransactionRow, Trend } from './types'

/** Every column sorts, and the server does it: a page is not the list. Ids are the server's words. */
export function columnsOf(trends: Map<string, Trend>, kept: AppSearch): Column<TransactionRow>[] {
  const sorted = () => 0
  return [
    {
      id: 'name', header: 'Transaction', width: 204, grow: true, sortBy: sorted,
      cell: (row) => <Link to="/performance/transaction" search={{ ...kept, ...pageOf(row) }} className="ellipsis" preload={false} title={row.name}><b style={{ fontWeight: 550 }}>{row.name}</b></Link>,
    },
    { id: 'service', header: 'Service', width: 104, sortBy: sorted, cell: (row) => <IdChip kind="service" value={row.service} max={16} /> },
    { id: 'op', header: 'Kind', width: 90, sortBy: sorted, cell: (row) => <span className="dim ellipsis">{row.op}</span> },
    {
      id: 'time_spent', header: 'Time spent', width: 94, align: 'right', sortBy: sorted,
      cell: (row) => <span className={css.share} style={{ '--share': row.time_share } as React.CSSProperties} title={`${percent(row.time_share)} of all transactions’ time`}><Duration ns={row.time_spent_ns} /></span>,
    },
    {
      id: 'throughput', header: 'Per min', width: 76, align: 'right', sortBy: sorted,
      cell: (row) => <Link to="/traces" search={spansOf(row, kept)} title={[`${row.count.toLocaleString('en')} in this range`, estimate(row.sample_rate)].filter(Boolean).join(', ')} className={css.door}>{row.sample_rate < 0.9995 && '≈ '}<Num value={row.per_minute} unit="a minute" /></Link>,
    },
    { id: 'p50', header: 'p50', width: 66, align: 'right', sortBy: sorted, cell: (row) => <span className="dim"><Duration ns={row.p50_ns} /></span> },
    { id: 'p75', header: 'p75', width: 66, align: 'right', sortBy: sorted, cell: (row) => <span className="dim"><Duration ns={row.p75_ns} /></span> },
    { id: 'p95', header: 'p95', width: 68, align: 'right', sortBy: sorted, cell: (row) => <Link to="/traces" search={spansOf(row, kept, `duration_ns>=${Math.floor(row.p95_ns)}`)} className={css.door}><Duration ns={row.p95_ns} /></Link> },
    { id: 'trend', header: 'p95 trend', width: 86, cell: (row) => <div style={{ width: '100%' }}><Sparkline values={carried(trends.get(idOf(row))?.p95_ns ?? [])} height={18} /></div> },
    { id: 'change', header: 'Change', width: 62, align: 'right', sortBy: sorted, cell: (row) => <Change trend={trends.get(idOf(row))} row={row} /> },
    { id: 'p99', header: 'p99', width: 66, align: 'right', sortBy: sorted, cell: (row) => <Link to="/traces" search={spansOf(row, kept, `duration_ns>=${Math.floor(row.p99_ns)}`)} className={css.door}><span className="dim"><Duration ns={row.p99_ns} /></span></Link> },
    {
      id: 'failure_rate', header: 'Failed', width: 62, align: 'right', sortBy: sorted,
      cell: (row) => (row.failed > 0
        ? <Link to="/traces" search={spansOf(row, kept, 'is_failed=1')} className={`num bad ${css.door}`} title={`${row.failed.toLocaleString('en')} failed`}>{percent(row.failure_rate)}</Link>
        : <span className="faint num">0%</span>),
    },
    { id: 'apdex', header: 'Apdex', width: 62, align: 'right', sortBy: sorted, cell: (row) => <span className={`num ${apdexTone(row.apdex) ?? ''}`} title={`T = ${row.apdex_ms} ms`}>{apdexText(row.apdex)}</span> },
    { id: 'users', header: 'Users', width: 58, align: 'right', sortBy: sorted, cell: (row) => <span className={row.users ? undefined : 'faint'}><Num value={row.users} unit={row.sample_rate < 0.9995 ? 'users in what was kept' : 'users'} /></span> },
    { id: 'misery', header: 'Misery', width: 64, align: 'right', sortBy: sorted, cell: (row) => <span className={row.miserable_users ? 'num' : 'num faint'} title={`${row.miserable_users.toLocaleString('en')} of ${row.users.toLocaleString('en')} users waited for more than ${4 * row.apdex_ms} ms`}>{percent(row.misery)}</span> },
  ]
}

/** Of fewer runs than this, a percentile moves by chance. */
const FEW = 30

function Change({ trend, row }: { trend: Trend | undefined; row: TransactionRow }) {
  if (!trend) return null
  const { previous } = trend
  const value = change(row.p95_ns, previous?.p95_ns ?? null)
  if (value === null || previous === null) return <span className="faint" title="it did not run in the range before">new</span>
  const few = previous.count < FEW || row.stored < FEW
  const tone = few || Math.abs(value) <= 0.1 ? 'faint' : value > 0 ? 'bad' : 'good'
  return <span className={`num ${tone}`} title={`p95, against ${previous.count.toLocaleString('en')} runs in the range before${few ? ': too few to tell' : ''}`}>{changeText(value)}</span>
}
