import { Link } from '@tanstack/react-router'
import type { MetricName } from '@/api/types'
import { toMs } from '@/shared/format/times'
import type { Column } from '@/shared/ui/DataTable'
import { IdChip } from '@/shared/ui/IdChip'
import { Ago, Num } from '@/shared/ui/Values'
import { MetricSpark } from './MetricSpark'

export const COLUMNS: Column<MetricName>[] = [
  {
    id: 'name', header: 'Name', width: 330, grow: true, sortBy: (row) => row.metric_name,
    cell: (row) => (
      <Link className="row" style={{ gap: 10 }} to="/metrics/$metricName" params={{ metricName: row.metric_name }} search={{}} title={row.description}>
        <b style={{ fontWeight: 550 }} className="ellipsis">{row.metric_name}</b><span className="faint ellipsis">{row.description}</span>
      </Link>
    ),
  },
  { id: 'spark', header: '', width: 150, cell: (row) => <MetricSpark metric={row} /> },
  { id: 'type', header: 'Type', width: 116, sortBy: (row) => row.type, cell: (row) => <span className="dim ellipsis">{row.type}</span> },
  { id: 'unit', header: 'Unit', width: 76, cell: (row) => <span className="faint ellipsis">{row.unit}</span> },
  { id: 'services', header: 'Service', width: 150, cell: (row) => <><IdChip kind="service" value={row.services[0]} />{row.services.length > 1 && <span className="faint">+{row.services.length - 1}</span>}</> },
  { id: 'series', header: 'Series', width: 76, align: 'right', sortBy: (row) => row.series_count, cell: (row) => <Num value={row.series_count} /> },
  { id: 'last', header: 'Last point', width: 96, align: 'right', sortBy: (row) => toMs(row.last_time), cell: (row) => <span className="dim"><Ago time={row.last_time} /></span> },
]
