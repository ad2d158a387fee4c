import { useGet } from '@/api/hooks'
import type { Overview } from '@/api/types'
import { useScope } from '@/shared/filters/scope'

/** Home is always near the present: without the live toggle it still refreshes, only less often. */
export function useOverview() {
  const { base, params, refetchInterval } = useScope()
  return useGet<Overview>(`${base}/overview`, params, { refetchInterval: refetchInterval || 15_000 })
}
