import { useCallback } from 'react'
import { useAppSearch, useSetSearch } from '@/shared/filters/search'
import { absoluteRange } from './range'

const before: { since: string | undefined; until: string | undefined }[] = []

/** Brushing a chart narrows the page's range; going back returns to the range before it. */
export function useZoom() {
  const { since, until } = useAppSearch()
  const setSearch = useSetSearch()
  const zoom = useCallback((fromMs: number, toMs: number) => {
    before.push({ since, until })
    setSearch({ ...absoluteRange(fromMs, toMs), live: undefined })
  }, [since, until, setSearch])
  const back = useCallback(() => {
    const range = before.pop()
    if (range) setSearch(range)
  }, [setSearch])
  return { zoom, back }
}
