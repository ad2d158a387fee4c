import { useCursorList, useGet } from '@/api/hooks'
import type { LogHistogram, LogRecord } from '@/api/types'
import type { Query } from '@/api/client'
import { useScope } from '@/shared/filters/scope'
import { useAppSearch } from '@/shared/filters/search'

function useLogParams(): Query {
  const { params } = useScope()
  const { q, filter, severity, service, trace_id, user_id, session_id } = useAppSearch()
  return { ...params, q, filter, severity, service, trace_id, user_id, session_id }
}
export function useLogs() {
  const { base, refetchInterval } = useScope()
  return useCursorList<LogRecord>(`${base}/logs`, { ...useLogParams(), limit: 200 }, { refetchInterval })
}
/** One record by `time/id`, for a link to a row that is not among those loaded. */
export function useLogRecord(item: string | undefined) {
  const { base } = useScope()
  const [time = '', id = ''] = item?.split('/') ?? []
  return useGet<LogRecord>(`${base}/logs/${encodeURIComponent(id)}`, { time }, { enabled: id !== '' })
}
export function useLogHistogram() {
  const { base, refetchInterval } = useScope()
  return useGet<LogHistogram>(`${base}/logs/histogram`, { ...useLogParams(), buckets: 80 }, { refetchInterval })
}
