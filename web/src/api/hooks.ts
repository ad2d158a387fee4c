import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { get, type Query } from './client'
import type { Page } from './types'

interface Options { refetchInterval?: number | false; enabled?: boolean }
interface GetOptions<T> extends Options {
  /** An answer of another path that may stand in while this one loads. */
  standIn?: (previous: T) => boolean
}

/** Stale data stays on screen while fresh data loads, but only of the same thing: never another project's or another trace's. */
function keep(path: string, standIn: (previous: never) => boolean = () => false) {
  return <T>(previous: T | undefined, query: { queryKey: readonly unknown[] } | undefined): T | undefined =>
    (query?.queryKey[0] === path || (previous !== undefined && standIn(previous as never)) ? previous : undefined)
}

/** One GET. The key is the request itself, so two places asking the same share one answer. */
export function useGet<T>(path: string, query: Query = {}, { refetchInterval = false, enabled = true, standIn }: GetOptions<T> = {}) {
  return useQuery({
    queryKey: [path, query],
    queryFn: ({ signal }) => get<T>(path, query, signal),
    refetchInterval,
    enabled,
    placeholderData: keep(path, standIn),
  })
}

/** A list by cursor, newest first. While live it asks again, but only as long as nobody has scrolled to older pages. */
export function useCursorList<T>(path: string, query: Query, { refetchInterval = false, enabled = true }: Options = {}) {
  const list = useInfiniteQuery({
    queryKey: [path, 'list', query],
    queryFn: ({ pageParam, signal }) => get<Page<T>>(path, { ...query, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    refetchInterval: (q) => ((q.state.data?.pages.length ?? 0) <= 1 ? refetchInterval : false),
    enabled,
    placeholderData: keep(path),
  })
  return { ...list, items: list.data?.pages.flatMap((page) => page.items) ?? [] }
}
