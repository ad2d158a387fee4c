import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Column } from '@/shared/ui/DataTable'
import { IdChip } from '@/shared/ui/IdChip'
import { SeverityMark } from '@/shared/ui/SeverityMark'
import { Clock } from '@/shared/ui/Values'
import css from './live.module.css'
import type { LiveRow } from './rows'

const NAMES = { log: 'log', span: 'span', error: 'error', event: 'event', metric_point: 'metric' }

export const COLUMNS: Column<LiveRow>[] = [
  { id: 'time', header: 'Time', width: 116, cell: (row) => <span className="dim"><Clock time={row.time} /></span> },
  { id: 'signal', header: 'Signal', width: 76, cell: (row) => <span className={css.signal} data-signal={row.signal}>{NAMES[row.signal]}</span> },
  { id: 'service', header: 'Service', width: 130, cell: (row) => <IdChip kind="service" value={row.service} /> },
  { id: 'text', header: 'What', width: 340, grow: true, mono: true, cell: (row) => <>{row.severity && row.severity !== 'info' && <SeverityMark severity={row.severity} />}<Door row={row}>{row.text}</Door></> },
  { id: 'note', header: '', width: 180, cell: (row) => (row.signal === 'event' ? <IdChip kind="user" value={row.note} max={20} /> : <span className="dim ellipsis">{row.note}</span>) },
  { id: 'trace', header: 'Trace', width: 130, cell: (row) => <IdChip kind="trace" value={row.traceId} max={12} /> },
]

/** Every line opens the thing itself. */
function Door({ row, children }: { row: LiveRow; children: ReactNode }) {
  const search = { item: row.item }
  switch (row.signal) {
    case 'log': return <Link className="ellipsis" preload={false} to="/logs" search={search}>{children}</Link>
    case 'span': return <Link className="ellipsis" preload={false} to="/traces/$traceId" params={{ traceId: row.traceId }} search={search}>{children}</Link>
    case 'error': return <Link className="ellipsis" preload={false} to="/errors/$fingerprint" params={{ fingerprint: row.fingerprint }} search={search}>{children}</Link>
    case 'event': return <Link className="ellipsis" preload={false} to="/events" search={search}>{children}</Link>
    case 'metric_point': return <Link className="ellipsis" preload={false} to="/metrics/$metricName" params={{ metricName: row.text }} search={{}}>{children}</Link>
  }
}
