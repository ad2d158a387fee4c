import { useCursorList, useGet } from '@/api/hooks'
import type { Span, SpanDetail, Trace } from '@/api/types'
import { useScope } from '@/shared/filters/scope'
import { useAppSearch } from '@/shared/filters/search'

export function useTraces() {
  const { base, params, refetchInterval } = useScope()
  const { q, filter, service, trace_id, user_id, session_id, min_ms, view } = useAppSearch()
  const root = view === 'spans' ? undefined : true
  return useCursorList<Span>(`${base}/spans`, { ...params, root, min_duration_ms: min_ms, q, filter, service, trace_id, user_id, session_id, limit: 200 }, { refetchInterval })
}
export function useTrace(traceId: string) {
  const { base } = useScope()
  return useGet<Trace>(`${base}/traces/${encodeURIComponent(traceId)}`)
}
/** What the waterfall does not need to be drawn: attributes, events, links. */
export function useSpan(traceId: string, spanId: string) {
  const { base } = useScope()
  return useGet<SpanDetail>(`${base}/traces/${encodeURIComponent(traceId)}/spans/${encodeURIComponent(spanId)}`, {}, { enabled: spanId !== '' })
}
