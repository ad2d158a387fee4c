import type { SchemaEvent } from '@/api/types'
import { toMs } from '@/shared/format/times'
import type { Column } from '@/shared/ui/DataTable'
import { Ago, Num } from '@/shared/ui/Values'
import { judge, meaningOf } from './judge'
import { VerdictMark } from './VerdictMark'

const RANK = { error: 0, warn: 1, quiet: 2, good: 3, own: 4 }

export const COLUMNS: Column<SchemaEvent>[] = [
  {
    id: 'name', header: 'Event', width: 220, grow: true, sortBy: (row) => row.name,
    cell: (row) => (
      <span className="row" style={{ gap: 10 }} title={row.versions[0]?.description}>
        <b style={{ fontWeight: 550, flexShrink: 0, maxWidth: '100%' }} className="ellipsis">{row.name}</b>
        <span className="faint ellipsis">{row.versions[0]?.description.split('\n')[0] ?? meaningOf(row.name)}</span>
      </span>
    ),
  },
  { id: 'state', header: 'State', width: 134, sortBy: (row) => RANK[judge(row).tone], cell: (row) => <VerdictMark row={row} /> },
  { id: 'owner', header: 'Owner', width: 96, sortBy: (row) => row.versions[0]?.owner ?? '', cell: (row) => <span className="dim ellipsis">{row.versions[0]?.owner}</span> },
  { id: 'version', header: 'Version', width: 74, align: 'right', sortBy: (row) => row.versions[0]?.version ?? 0, cell: (row) => <span className="dim num">{row.versions[0]?.version}</span> },
  { id: 'users', header: 'Users', width: 76, align: 'right', sortBy: (row) => row.users, cell: (row) => <span className={row.users ? undefined : 'faint'}><Num value={row.users} /></span> },
  { id: 'count', header: 'Events', width: 80, align: 'right', sortBy: (row) => row.count, cell: (row) => <span className={row.count ? undefined : 'faint'}><Num value={row.count} /></span> },
  { id: 'last', header: 'Last seen', width: 96, align: 'right', sortBy: (row) => (row.last_time ? toMs(row.last_time) : 0), cell: (row) => <span className={row.last_time ? 'dim' : 'faint'}>{row.last_time ? <Ago time={row.last_time} /> : '–'}</span> },
]
