// The answers of docs/api.md by the names the app uses. schema.d.ts is generated (`npm run types`); nothing here repeats it.
import type { components } from './schema'

type Schemas = components['schemas']

export type Attributes = Record<string, unknown>
export interface Page<T> { items: T[]; next_cursor: string | null }
export interface Items<T> { items: T[] }

export type Role = Schemas['Account']['role']
export type Me = Schemas['Me']
export type Project = Schemas['Named'] & { created_at?: string }
export type SetupState = Schemas['SetupState']

export type Connect = Schemas['Connect']
export type Protocol = 'sentry' | 'posthog' | 'otlp' | 'prometheus' | 'betterstack'
export type IngestKey = Schemas['KeyShape']
export type ApiToken = Schemas['TokenShape'] & { token?: string }
export type Member = Schemas['MemberShape'] & { invite_url?: string }

export type LogRecord = Schemas['LogRecord']
export type LogHistogram = Schemas['LogHistogram']

export type Span = Schemas['Span']
export type SpanDetail = Schemas['SpanDetail']
/** What a waterfall shows of a span: a row of a trace, whose `columns` name these; `start_ns` counts from the trace's `time`. */
export interface TraceSpan {
  span_id: string; parent_span_id: string; start_ns: number; duration_ns: number; name: string; service: string
  op: string; kind: string; status_code: string; event_count: number; has_exception: boolean
}
export type Trace = Schemas['Trace']

export type ErrorEvent = Schemas['ErrorEvent']
export type ErrorDetail = Schemas['ErrorDetail']
export type ErrorGroup = Schemas['ErrorGroup']
/** An error's exceptions with their frames as the sources have them, in the event's own shape. */
export type StackTraceAnswer = Schemas['StackTrace']

export type Release = Schemas['Release']
export type DeployMark = Schemas['DeployMark']
export type ReleaseDetail = Schemas['ReleaseDetail']
export type Commit = Schemas['Commit']
export type SuspectCommit = Schemas['SuspectCommit']

export type ProductEvent = Schemas['ProductEvent']
export type EventName = Schemas['EventName']
export type EventSchema = Schemas['EventSchema']
export type SchemaEvent = Schemas['SchemaEvent']
export type DeclaredVersion = Schemas['DeclaredVersion']
export type DeclaredProperty = DeclaredVersion['properties'][string]
export type SeenEvent = Schemas['SeenEvent']
export type SeenProperty = Schemas['SeenProperty']

export type MetricName = Schemas['MetricName']
export type MetricSeries = Schemas['Metric']
/** As the live stream sends it, which OpenAPI does not describe. */
export interface MetricPoint { time: string; metric_name: string; value?: number; service?: string; attributes?: Attributes }

export type OutcomeHistogram = Schemas['OutcomeHistogram']
export type OutcomeSummary = Schemas['OutcomeTotal']

export type OverviewNumbers = Schemas['Counts']
export type Overview = Schemas['Overview']
export type SlowEndpoint = Schemas['SlowEndpoint']
export type Related = Schemas['Related']
export type FieldName = Schemas['Field']
export type FieldValue = Schemas['Value']
export type SqlResult = Schemas['SqlAnswer']
