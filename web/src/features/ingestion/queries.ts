import { useQuery } from '@tanstack/react-query'
import { get } from '@/api/client'
import { useGet } from '@/api/hooks'
import type { Items, OutcomeBucket, OutcomeSummary, Page } from '@/api/types'
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

const MOST_PAGES = 8

/** A page is a thousand minute rows; a day of several protocols is more than one. */
export function useOutcomeBuckets() {
  const { base, range, refetchInterval } = useRange()
  const path = `${base}/outcomes`
  return useQuery({
    queryKey: [path, range],
    queryFn: async ({ signal }) => {
      const items: OutcomeBucket[] = []
      let cursor: string | null = null
      for (let page = 0; page < MOST_PAGES && (page === 0 || cursor); page += 1) {
        const answer: Page<OutcomeBucket> = await get(path, { ...range, limit: 1000, cursor }, signal)
        items.push(...answer.items)
        cursor = answer.next_cursor
      }
      return { items, cut: cursor !== null }
    },
    refetchInterval,
  })
}
