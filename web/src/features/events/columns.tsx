import type { ProductEvent } from '@/api/types'
import type { Column } from '@/shared/ui/DataTable'
import { IdChip } from '@/shared/ui/IdChip'
import { Clock, Middle } from '@/shared/ui/Values'

export const COLUMNS: Column<ProductEvent>[] = [
  { id: 'time', header: 'Time', width: 116, cell: (row) => <span className="dim"><Clock time={row.time} /></span> },
  { id: 'event', header: 'Event', width: 190, grow: true, cell: (row) => <b style={{ fontWeight: 550 }} className="ellipsis">{row.event}</b> },
  { id: 'user', header: 'User', width: 200, cell: (row) => <IdChip kind="user" value={row.distinct_id} max={22} /> },
  { id: 'url', header: 'URL', width: 260, grow: true, cell: (row) => <span className="dim ellipsis"><Middle text={row.current_url ?? ''} max={60} /></span> },
  { id: 'lib', header: 'Library', width: 120, cell: (row) => <span className="faint ellipsis">{row.lib}</span> },
]
