import { useCursorList, useGet } from '@/api/hooks'
import type { EventName, Items, ProductEvent } from '@/api/types'
import { useScope } from '@/shared/filters/scope'
import { useAppSearch } from '@/shared/filters/search'

export function useEvents() {
  const { base, params, refetchInterval } = useScope()
  const { q, filter, event, service, trace_id, user_id, session_id } = useAppSearch()
  return useCursorList<ProductEvent>(`${base}/events`, { ...params, q, filter, event, service, trace_id, user_id, session_id, limit: 200 }, { refetchInterval })
}
/** One event, for a link to a row that is not among those loaded. */
export function useEvent(uuid: string | undefined) {
  const { base } = useScope()
  return useGet<ProductEvent>(`${base}/events/${encodeURIComponent(uuid ?? '')}`, {}, { enabled: Boolean(uuid) })
}
export function useEventNames() {
  const { base, params, refetchInterval } = useScope()
  return useGet<Items<EventName>>(`${base}/events/names`, params, { refetchInterval })
}
