import { Link } from '@tanstack/react-router'
import type { ErrorGroup } from '@/api/types'
import { severityOfLevel } from '@/shared/format/severity'
import { toMs } from '@/shared/format/times'
import type { Column } from '@/shared/ui/DataTable'
import { IdChip } from '@/shared/ui/IdChip'
import { SeverityMark } from '@/shared/ui/SeverityMark'
import { Ago, Num } from '@/shared/ui/Values'

export const COLUMNS: Column<ErrorGroup>[] = [
  { id: 'level', header: '', width: 30, cell: (row) => <SeverityMark severity={severityOfLevel(row.level)} /> },
  {
    id: 'title', header: 'Error', width: 380, grow: true,
    cell: (row) => (
      <Link to="/errors/$fingerprint" params={{ fingerprint: row.fingerprint }} search={{}} className="row spread" style={{ gap: 10 }} preload={false}>
        <b style={{ fontWeight: 550, flexShrink: 0, maxWidth: row.type && row.value ? '45%' : '80%' }} className="ellipsis" title={row.title}>{row.type || row.title}</b>
        {row.type && row.value && <span className="dim ellipsis">{row.value}</span>}
        <span className="faint ellipsis" style={{ flexShrink: 3 }}>{row.culprit}</span>
      </Link>
    ),
  },
  { id: 'services', header: 'Service', width: 140, cell: (row) => <><IdChip kind="service" value={row.services[0]} />{row.services.length > 1 && <span className="faint">+{row.services.length - 1}</span>}</> },
  { id: 'count', header: 'Count', width: 78, align: 'right', cell: (row) => <Num value={row.count} />, sortBy: (row) => row.count },
  { id: 'users', header: 'Users', width: 70, align: 'right', cell: (row) => <Num value={row.users} />, sortBy: (row) => row.users },
  { id: 'first', header: 'First seen', width: 96, align: 'right', cell: (row) => <span className="dim"><Ago time={row.first_time} /></span>, sortBy: (row) => toMs(row.first_time) },
  { id: 'last', header: 'Last seen', width: 96, align: 'right', cell: (row) => <span className="dim"><Ago time={row.last_time} /></span>, sortBy: (row) => toMs(row.last_time) },
]

/** While older groups are not loaded, sorting would order only what happens to be here. */
export const UNSORTABLE: Column<ErrorGroup>[] = COLUMNS.map((column) => ({ ...column, sortBy: undefined }))
