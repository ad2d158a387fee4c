import type { Span } from '@/api/types'
import type { Column } from '@/shared/ui/DataTable'
import { IdChip } from '@/shared/ui/IdChip'
import { SeverityMark } from '@/shared/ui/SeverityMark'
import { Clock, Duration } from '@/shared/ui/Values'

export function isFailed(span: { status_code: string }): boolean { return /^error$|^2$|STATUS_CODE_ERROR/i.test(span.status_code) }

export const COLUMNS: Column<Span>[] = [
  { id: 'time', header: 'Time', width: 116, cell: (row) => <span className="dim"><Clock time={row.time} /></span> },
  { id: 'service', header: 'Service', width: 140, cell: (row) => <IdChip kind="service" value={row.service} /> },
  { id: 'name', header: 'Name', width: 300, grow: true, cell: (row) => <>{isFailed(row) && <SeverityMark severity="error" />}<b style={{ fontWeight: 500 }} className="ellipsis">{row.name}</b></> },
  { id: 'op', header: 'Kind', width: 120, cell: (row) => <span className="dim ellipsis">{row.op || row.kind}</span> },
  { id: 'duration', header: 'Duration', width: 92, align: 'right', cell: (row) => <Duration ns={row.duration_ns} /> },
  { id: 'status', header: 'Status', width: 160, cell: (row) => <span className={isFailed(row) ? 'bad ellipsis' : 'faint ellipsis'}>{row.status_message || (row.status_code === 'unset' ? '' : row.status_code)}</span> },
  { id: 'user', header: 'User', width: 150, cell: (row) => <IdChip kind="user" value={row.user_id} max={18} /> },
]
