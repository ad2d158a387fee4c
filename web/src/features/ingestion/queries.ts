import { useGet } from '@/api/hooks'
import type { Items, OutcomeHistogram, OutcomeSummary } from '@/api/types'
import { useScope } from '@/shared/filters/scope'

/** What was received is the sender's business, so environment and release do not narrow it. */
function useRange() {
  const { range, base, refetchInterval } = useScope()
  return { base, range: { ...range }, refetchInterval }
}
export function useOutcomeSummary() {
  const { base, range, refetchInterval } = useRange()
  return useGet<Items<OutcomeSummary>>(`${base}/outcomes/summary`, range, { refetchInterval })
}

export function useOutcomeHistogram() {
  const { base, range, refetchInterval } = useRange()
  return useGet<OutcomeHistogram>(`${base}/outcomes/histogram`, { ...range, buckets: 80 }, { refetchInterval })
}
