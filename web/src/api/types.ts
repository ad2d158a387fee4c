// The shapes of docs/api.md. `npm run types` writes schema.d.ts from a running server's OpenAPI, to check these against.

export type Attributes = Record<string, unknown>
export interface Page<T> { items: T[]; next_cursor: string | null }
export interface Items<T> { items: T[] }

export type Role = 'admin' | 'member' | 'viewer'
export interface Project { id: number; name: string; created_at?: string }
export interface Me {
  user: { id: number; email: string; name: string; role: Role } | null
  csrf_token: string
  organisation: { id: number; name: string }
  projects: Project[]
  url: string
  version: string
}
export interface Received { last_time: string | null; count: number }
export type Protocol = 'sentry' | 'posthog' | 'otlp' | 'prometheus' | 'betterstack'
export interface Connect {
  project_id: number
  sentry_dsn: string
  posthog_host: string
  posthog_key: string
  otlp_endpoint: string
  otlp_grpc_endpoint: string | null
  otlp_headers: string
  prometheus_write_url: string
  betterstack_host: string
  ingest_key: string
  url: string
  received: Partial<Record<string, Received>>
  protocols: Partial<Record<Protocol, Received & { categories: Partial<Record<string, Received>> }>>
}
export interface IngestKey { id: number; name: string; key: string; created_at: string; revoked_at: string | null }
export interface ApiToken {
  id: number; name: string; role: Role; project_id: number | null
  created_at: string; last_used_at: string | null; prefix: string; token?: string
}
export interface Member { id: number; email: string; name: string; role: Role; created_at: string; invite_url?: string }

interface Joins {
  service?: string; environment?: string; release?: string
  trace_id?: string; span_id?: string; session_id?: string; user_id?: string
}
export interface LogRecord extends Joins {
  id: string; time: string; severity_number: number; severity_text: string; body: string
  event_name?: string; scope_name?: string; source?: string; attributes?: Attributes; resource?: Attributes
}
export interface LogHistogram { bucket_seconds: number; buckets: { time: string; counts: Record<string, number> }[] }

export interface Span extends Joins {
  time: string; duration_ns: number; trace_id: string; span_id: string; parent_span_id: string
  is_segment: boolean; name: string; op: string; kind: string; status_code: string; status_message: string; source?: string
}
export interface SpanEvent { name: string; time?: string; attributes?: Attributes }
export interface SpanLink { trace_id: string; span_id: string; attributes?: Attributes }
export interface SpanDetail extends Span {
  attributes?: Attributes; resource?: Attributes; scope_name?: string
  events?: SpanEvent[]; links?: SpanLink[]; measurements?: Attributes
}
/** What a waterfall shows of a span; `start_ns` counts from the trace's `time`. */
export interface TraceSpan {
  span_id: string; parent_span_id: string; start_ns: number; duration_ns: number; name: string; service: string
  op: string; kind: string; status_code: string; event_count: number; has_exception: boolean
}
export interface Trace {
  trace_id: string; time: string; duration_ns: number; services: string[]
  span_count: number; error_count: number; truncated: boolean; columns: (keyof TraceSpan)[]; rows: unknown[][]
}

export interface ErrorEvent extends Joins {
  event_id: string; time: string; level: string; type: string; value: string; title: string; culprit: string
  handled: boolean | null; platform: string; transaction: string; user_email?: string; fingerprint: string; source?: string
}
export interface ErrorFrame { module?: string; function?: string; filename?: string; lineno?: number; in_app?: boolean }
export interface ErrorDetail extends ErrorEvent {
  frames: ErrorFrame[]; tags: Record<string, string>; payload: Attributes
  attachments: { attachment_id: string; filename: string; content_type: string; size: number }[]
}
export interface ErrorGroup {
  fingerprint: string; title: string; type: string; value: string; culprit: string; level: string
  count: number; users: number; first_time: string; last_time: string; last_event_id: string; services: string[]
}

export interface ProductEvent {
  uuid: string; time: string; event: string; distinct_id: string; session_id: string; trace_id?: string
  current_url: string; lib: string; properties: Attributes
}
export interface EventName { event: string; count: number; last_time: string }

export interface MetricName {
  metric_name: string; type: string; unit: string; description: string; temporality: string; is_monotonic: boolean
  series_count: number; services: string[]; last_time: string
}
export interface MetricSeries {
  metric_name: string; type: string; unit: string; is_monotonic: boolean; label_keys: string[]; step_seconds: number
  series: { labels: Record<string, string>; points: [string, number | null][] }[]
}

export interface OutcomeHistogram { bucket_seconds: number; buckets: { time: string; counts: Record<string, number> }[] }
export interface OutcomeSummary {
  protocol: string; category: string; outcome: string; reason: string
  quantity: number; last_time: string; detail: string; sample: string
}

export interface OverviewNumbers {
  events: number; errors: number; requests: number; failed_requests: number; logs: number; spans: number; p95_ns: number | null
}
export interface SlowEndpoint { name: string; service: string; count: number; p95_ns: number; error_rate: number }
export interface Overview {
  bucket_seconds: number
  buckets: (OverviewNumbers & { time: string })[]
  totals: OverviewNumbers
  previous: OverviewNumbers
  users: number
  newest_errors: ErrorGroup[]
  newest_events: ProductEvent[]
  slowest: SlowEndpoint[]
  ingestion: {
    accepted: number; rejected: number
    by_reason: { protocol: string; category: string; outcome: string; reason: string; quantity: number }[]
  }
}
export interface Related { logs: number; spans: number; errors: number; events: number }
export interface FieldName { name: string; kind: string }
export interface FieldValue { value: string; count: number }
export interface SqlResult { columns: string[]; types: string[]; rows: unknown[][]; elapsed_ms: number; truncated: boolean }
export interface MetricPoint { time: string; metric_name: string; value?: number; service?: string; attributes?: Attributes }
