import { Ban, CircleCheck, CircleX, Filter, Hourglass, Pencil } from 'lucide-react'
import type { OutcomeSummary } from '@/api/types'
import { toMs } from '@/shared/format/times'
import type { Column } from '@/shared/ui/DataTable'
import { Ago, Num } from '@/shared/ui/Values'

export const keyOf = (row: OutcomeSummary) => [row.protocol, row.category, row.outcome, row.reason].join('/')
const MARKS = {
  accepted: { icon: CircleCheck, color: 'var(--ok)' }, rejected: { icon: CircleX, color: 'var(--sev-error)' },
  rate_limited: { icon: Hourglass, color: 'var(--sev-warn)' }, filtered: { icon: Filter, color: 'var(--sev-debug)' },
  client_discarded: { icon: Ban, color: 'var(--sev-debug)' }, changed: { icon: Pencil, color: 'var(--sev-info)' },
} as const

export function OutcomeMark({ outcome }: { outcome: string }) {
  const { icon: Icon, color } = MARKS[outcome as keyof typeof MARKS] ?? MARKS.filtered
  return <span className="row" style={{ gap: 6, color }}><Icon size={13} aria-hidden />{outcome.replaceAll('_', ' ')}</span>
}

/** What needs a look sorts above what went well. */
const URGENCY = ['accepted', 'changed', 'filtered', 'client_discarded', 'rate_limited', 'rejected']

export const COLUMNS: Column<OutcomeSummary>[] = [
  { id: 'outcome', header: 'Outcome', width: 140, sortBy: (row) => URGENCY.indexOf(row.outcome), cell: (row) => <OutcomeMark outcome={row.outcome} /> },
  { id: 'protocol', header: 'Protocol', width: 110, sortBy: (row) => row.protocol, cell: (row) => row.protocol },
  { id: 'category', header: 'Category', width: 120, sortBy: (row) => row.category, cell: (row) => <span className="dim">{row.category}</span> },
  { id: 'reason', header: 'Reason', width: 190, sortBy: (row) => row.reason, cell: (row) => <span className="ellipsis">{row.reason}</span> },
  { id: 'detail', header: 'Detail', width: 260, grow: true, cell: (row) => <span className="dim ellipsis">{row.detail}</span> },
  { id: 'quantity', header: 'Items', width: 90, align: 'right', sortBy: (row) => row.quantity, cell: (row) => <Num value={row.quantity} /> },
  { id: 'last', header: 'Last', width: 92, align: 'right', sortBy: (row) => toMs(row.last_time), cell: (row) => <span className="dim"><Ago time={row.last_time} /></span> },
]
