import { useCursorList, useGet } from '@/api/hooks'
import type { ErrorDetail, ErrorEvent, ErrorGroup, Items, StackTraceAnswer, SuspectCommit } from '@/api/types'
import { useScope } from '@/shared/filters/scope'
import { useAppSearch } from '@/shared/filters/search'

export function useErrorGroups() {
  const { base, params, refetchInterval } = useScope()
  const { q, filter, level, service, trace_id, user_id, session_id } = useAppSearch()
  return useCursorList<ErrorGroup>(`${base}/errors/groups`, { ...params, q, filter, level, service, trace_id, user_id, session_id, limit: 200 }, { refetchInterval })
}

/** The occurrences of one group. An issue is read for its history, so the range is ninety days unless the reader chose one. */
export function useOccurrences(fingerprint: string) {
  const { base, params } = useScope()
  const { since } = useAppSearch()
  return useCursorList<ErrorEvent>(`${base}/errors`, { ...params, since: since ?? '-90d', fingerprint, limit: 100 })
}
export function useErrorEvent(eventId: string | undefined, fingerprint: string) {
  const { base } = useScope()
  return useGet<ErrorDetail>(`${base}/errors/${encodeURIComponent(eventId ?? '')}`, {}, {
    enabled: Boolean(eventId),
    standIn: (previous) => previous.fingerprint === fingerprint,
  })
}

/** The stack through the source maps that are there now; only scripts have any. */
export function useStackTrace(error: ErrorDetail) {
  const { base } = useScope()
  const scripts = /^(javascript|node)$/.test(error.platform) && error.payload['exception'] !== undefined
  return useGet<StackTraceAnswer>(`${base}/errors/${encodeURIComponent(error.event_id)}/stacktrace`, {}, { enabled: scripts })
}
export function useSuspectCommits(error: ErrorDetail) {
  const { base } = useScope()
  return useGet<Items<SuspectCommit>>(`${base}/errors/${encodeURIComponent(error.event_id)}/suspect-commits`, {}, { enabled: error.release !== '' })
}
