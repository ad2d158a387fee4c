import type { LogRecord } from '@/api/types'
import { severityOfNumber } from '@/shared/format/severity'
import type { Column } from '@/shared/ui/DataTable'
import { IdChip } from '@/shared/ui/IdChip'
import { SeverityMark } from '@/shared/ui/SeverityMark'
import { Clock } from '@/shared/ui/Values'

/** The id only tells records apart that share their time. */
export const logKey = (row: LogRecord) => `${row.time}/${row.id}`
export const severityOf = (row: LogRecord) => severityOfNumber(row.severity_number, row.severity_text)
export function logTone(row: LogRecord): string | undefined {
  const severity = severityOf(row)
  return severity === 'fatal' || severity === 'error' || severity === 'warn' ? `var(--sev-${severity})` : undefined
}

export const COLUMNS: Column<LogRecord>[] = [
  { id: 'time', header: 'Time', width: 116, cell: (row) => <span className="dim"><Clock time={row.time} /></span> },
  { id: 'severity', header: 'Severity', width: 84, cell: (row) => <SeverityMark severity={severityOf(row)} label={row.severity_text || true} /> },
  { id: 'service', header: 'Service', width: 132, cell: (row) => <IdChip kind="service" value={row.service} /> },
  { id: 'body', header: 'Body', width: 360, grow: true, mono: true, cell: (row) => <span className="ellipsis">{row.body || row.event_name}</span> },
]
