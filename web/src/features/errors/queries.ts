import { useGet } from '@/api/hooks'
import type { ErrorDetail, Items, StackTraceAnswer, SuspectCommit } from '@/api/types'
import { useScope } from '@/shared/filters/scope'

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
