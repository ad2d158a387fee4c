import type { ErrorEvent, LogRecord, MetricPoint, ProductEvent, Span } from '@/api/types'
import { humanDuration } from '@/shared/format/numbers'
import { type Severity, severityOfLevel, severityOfNumber } from '@/shared/format/severity'
import { toMs } from '@/shared/format/times'

export const SIGNALS = ['log', 'span', 'error', 'event', 'metric_point'] as const
export type LiveSignal = (typeof SIGNALS)[number]
export const WORDS: Record<LiveSignal, string> = { log: 'Logs', span: 'Spans', error: 'Errors', event: 'Events', metric_point: 'Metrics' }

export interface LiveRow {
  key: string; signal: LiveSignal; time: string; text: string; note: string; service: string
  severity: Severity | null; traceId: string; fingerprint: string; item: string
}
let arrivals = 0

/** Any item of the stream as one line. */
export function toRow(signal: LiveSignal, data: unknown): LiveRow {
  arrivals += 1
  const row: LiveRow = { key: String(arrivals), signal, time: '', text: '', note: '', service: '', severity: null, traceId: '', fingerprint: '', item: '' }
  switch (signal) {
    case 'log': {
      const log = data as LogRecord
      return { ...row, time: log.time, text: log.body || (log.event_name ?? ''), service: log.service ?? '', severity: severityOfNumber(log.severity_number, log.severity_text), traceId: log.trace_id ?? '', item: `${log.time}/${log.id}` }
    }
    case 'span': {
      const span = data as Span
      return { ...row, time: span.time, text: span.name, note: humanDuration(span.duration_ns), service: span.service ?? '', severity: /error/i.test(span.status_code) ? 'error' : null, traceId: span.trace_id, item: span.span_id }
    }
    case 'error': {
      const error = data as ErrorEvent
      return { ...row, time: error.time, text: error.title || `${error.type}: ${error.value}`, note: error.culprit, service: error.service ?? '', severity: severityOfLevel(error.level), traceId: error.trace_id ?? '', fingerprint: error.fingerprint, item: error.event_id }
    }
    case 'event': {
      const event = data as ProductEvent
      return { ...row, time: event.time, text: event.event, note: event.distinct_id, item: event.uuid }
    }
    case 'metric_point': {
      const point = data as MetricPoint
      return { ...row, time: point.time, text: point.metric_name, note: point.value === undefined ? '' : String(Number(point.value.toPrecision(6))), service: point.service ?? '' }
    }
  }
}

/** A batch as it arrived → by its items' own times; of two in the same millisecond, the later arrival comes first. */
export function newestFirst(arrived: LiveRow[]): LiveRow[] {
  return arrived.map((row) => ({ row, ms: toMs(row.time) || 0 })).reverse().sort((a, b) => b.ms - a.ms).map(({ row }) => row)
}

export function matches(row: LiveRow, words: string[]): boolean {
  const text = `${row.text} ${row.note} ${row.service}`.toLowerCase()
  return words.every((word) => text.includes(word))
}
