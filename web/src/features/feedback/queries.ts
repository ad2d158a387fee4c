import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { get, patch, type Query } from '@/api/client'
import { useGet } from '@/api/hooks'
import type { Connect } from '@/api/types'
import { useScope } from '@/shared/filters/scope'
import { useAppSearch } from '@/shared/filters/search'
import { type FeedbackDetail, type FeedbackPageAnswer, type Status, type Tab, TABS } from './types'

/** Feedback is read for its history: two weeks, unless the reader chose a range. */
export const SINCE = '-14d'

export function tabOf(text: string | undefined): Tab { return TABS.find((one) => one === text) ?? 'new' }

export function useFeedbackList() {
  const { base, params, refetchInterval } = useScope()
  const { since, q, tab, view, filter, service, user_id, session_id, trace_id } = useAppSearch()
  const linked = view === 'linked' ? true : view === 'unlinked' ? false : undefined
  const query: Query = { ...params, since: since ?? SINCE, q, status: tabOf(tab), linked, filter, service, user_id, session_id, trace_id, limit: 100 }
  const path = `${base}/feedback`
  const list = useInfiniteQuery({
    queryKey: [path, 'list', query],
    queryFn: ({ pageParam, signal }) => get<FeedbackPageAnswer>(path, { ...query, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    refetchInterval: (one) => ((one.state.data?.pages.length ?? 0) <= 1 ? refetchInterval : false),
    placeholderData: (previous, before) => (before?.queryKey[0] === path ? previous : undefined),
  })
  return { ...list, chosen: since !== undefined, items: list.data?.pages.flatMap((page) => page.items) ?? [], first: list.data?.pages[0] }
}

export function useOneFeedback(id: string | undefined) {
  const { base } = useScope()
  return useGet<FeedbackDetail>(`${base}/feedback/${encodeURIComponent(id ?? '')}`, {}, { enabled: Boolean(id) })
}

export function useConnect() {
  const { base } = useScope()
  return useGet<Connect>(`${base}/connect`)
}

/** Where a file of feedback is read; pictures are shown from there. */
export function useFileUrl() {
  const { base } = useScope()
  return (id: string, attachmentId: string) => `/api/v1${base}/feedback/${encodeURIComponent(id)}/attachments/${encodeURIComponent(attachmentId)}`
}

export function useMark() {
  const { base } = useScope()
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ ids, status }: { ids: string[]; status: Status }) => patch<{ changed: number }>(`${base}/feedback`, { ids, status }),
    onSettled: () => client.invalidateQueries({ predicate: ({ queryKey: [path] }) => typeof path === 'string' && (path.startsWith(`${base}/feedback`) || path === `${base}/issues`) }),
  })
}
