import { useGet } from '@/api/hooks'
import type { Items, Release, ReleaseDetail } from '@/api/types'
import { useScope } from '@/shared/filters/scope'
import { useAppSearch } from '@/shared/filters/search'

export function useReleases() {
  const { base, params, refetchInterval } = useScope()
  const { q } = useAppSearch()
  return useGet<Items<Release>>(`${base}/releases`, { ...params, q, limit: 500 }, { refetchInterval })
}
/** The address names the release, so the top bar's choice of another does not count here. */
export function useRelease(version: string) {
  const { base, params, refetchInterval } = useScope()
  return useGet<ReleaseDetail>(`${base}/releases/${encodeURIComponent(version)}`, { ...params, release: undefined }, { refetchInterval })
}
