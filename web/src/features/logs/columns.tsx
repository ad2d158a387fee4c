import type { LogRecord } from '@/api/types'
import { severityOfNumber } from '@/shared/format/severity'
import { asText } from '@/shared/format/text'
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

/** The first attributes after the body: often they are what tells two alike lines apart. Ids have chips in the drawer. */
function preview({ attributes }: LogRecord): string {
  const shown = Object.entries(attributes ?? {}).filter(([name]) => !/^(session|user|trace|span)[._]?id$/.test(name)).slice(0, 5)
  return shown.map(([name, value]) => `  ${name}=${asText(value).slice(0, 60)}`).join('')
}

export const COLUMNS: Column<LogRecord>[] = [
  { id: 'time', header: 'Time', width: 116, cell: (row) => <span className="dim"><Clock time={row.time} /></span> },
  { id: 'severity', header: 'Severity', width: 84, cell: (row) => <SeverityMark severity={severityOf(row)} label={row.severity_text || true} /> },
  { id: 'service', header: 'Service', width: 132, cell: (row) => <IdChip kind="service" value={row.service} /> },
  { id: 'body', header: 'Body', width: 360, grow: true, mono: true, cell: (row) => <span className="ellipsis">{row.body || row.event_name}<span className="faint">{preview(row)}</span></span> },
]
