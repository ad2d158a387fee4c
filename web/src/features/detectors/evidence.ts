import { isRecord } from '@/shared/format/text'

/** What a detector found, as `payload.performance` has it (server: features/detectors/rows.py). */
export interface Evidence {
  detector: string; pattern: string; count: number; total_ns: number; savable_ns: number; longest_ns: number; bytes: number
  parent: { span_id: string; name: string; op: string; start_ns: number; duration_ns: number; service: string } | null
  spans: Offender[]
}
export interface Offender { span_id: string; start_ns: number; duration_ns: number; text: string; bytes: number }

export function evidenceOf(payload: Record<string, unknown>): Evidence | null {
  const found = payload.performance
  return isRecord(found) && typeof found.detector === 'string' && Array.isArray(found.spans) ? found as unknown as Evidence : null
}

/** Two sentences a detector: what is wrong, and what is done about it. */
const ADVICE: Record<string, [string, string]> = {
  n_plus_one_db: ['The same statement runs once for each item instead of once for all of them.', 'Load what is needed before the loop: a join, an IN list, or the eager loading of the ORM (selectinload, prefetch_related, include).'],
  n_plus_one_http: ['The same endpoint is called once for each item.', 'Ask for all of them in one call if the service can answer that, or else make the calls at once and keep what does not change.'],
  slow_db: ['One statement makes the reader wait.', 'Look at its plan (EXPLAIN) for a missing index or a scan of more rows than are needed, and move what nobody waits for out of the request.'],
  consecutive_db: ['Reads that do not need each other’s answers wait for each other.', 'Join them into one statement, or run them at once on several connections.'],
  consecutive_http: ['Calls that follow each other add up.', 'Make those that do not need each other’s answers at once, and keep answers that seldom change.'],
  large_http: ['A large body takes long to send, to read and to parse.', 'Ask for a page or for fewer fields, compress it, or hand over a link to a file.'],
}
export function adviceOf(detector: string): [string, string] | null { return ADVICE[detector] ?? null }

/** Where each span is drawn, in percent of the parent, or of the time from the first to the last of them. */
export function lanes(evidence: Evidence): { from: number; to: number; at: (span: { start_ns: number; duration_ns: number }) => { left: number; width: number } } {
  const ends = evidence.spans.map((one) => one.start_ns + one.duration_ns)
  const { parent } = evidence
  const from = Math.min(...evidence.spans.map((one) => one.start_ns), parent?.start_ns ?? Infinity)
  const to = Math.max(...ends, parent ? parent.start_ns + parent.duration_ns : -Infinity)
  const whole = Math.max(1, to - from)
  return {
    from, to,
    at: ({ start_ns: start, duration_ns: took }) => {
      const left = Math.min(99.6, ((start - from) / whole) * 100)
      return { left, width: Math.min(100 - left, Math.max(0.4, (took / whole) * 100)) }
    },
  }
}

const CATEGORY = /(^|\s)!?(issue\.)?category:(\[[^\]]*\]|"[^"]*"|\S+)/g
export const KINDS = ['all', 'error', 'performance'] as const
export type Kind = (typeof KINDS)[number]

/** Which kind of issues a search asks for; `null` when it says it in a way of its own. */
export function kindOf(search: string | undefined): Kind | null {
  const found = (search ?? '').match(CATEGORY)?.map((one) => one.trim()) ?? []
  if (found.length === 0) return 'all'
  const [only] = found
  if (found.length > 1 || !only) return null
  return only.endsWith('category:performance') && !only.startsWith('!') ? 'performance' : only.endsWith('category:error') && !only.startsWith('!') ? 'error' : null
}

/** The search with its kind replaced. */
export function withKind(search: string | undefined, kind: Kind): string {
  const rest = (search ?? '').replace(CATEGORY, ' ').replace(/\s+/g, ' ').trim()
  return kind === 'all' ? rest : `issue.category:${kind} ${rest}`.trim()
}
