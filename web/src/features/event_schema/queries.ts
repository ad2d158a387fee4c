import { useGet } from '@/api/hooks'
import type { EventSchema, SeenEvent } from '@/api/types'
import { useScope } from '@/shared/filters/scope'

export function useEventSchema() {
  const { base, params, refetchInterval } = useScope()
  return useGet<EventSchema>(`${base}/event-schema`, params, { refetchInterval })
}
export function useSeenEvent(event: string) {
  const { base, params, refetchInterval } = useScope()
  return useGet<SeenEvent>(`${base}/event-schema/seen`, { ...params, event }, { refetchInterval })
}
