import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { get, patch, post, type Query } from '@/api/client'
import { useGet } from '@/api/hooks'
import type { Items, Member } from '@/api/types'
import { useScope } from '@/shared/filters/scope'
import { useAppSearch } from '@/shared/filters/search'
import { TABS, type Activity, type Around, type Changed, type DeleteForm, type FeedbackPageAnswer, type Fingerprint, type IssueChange, type IssueDetail, type IssuePageAnswer, type Occurrence, type SavedSearch, type Tab, type Tag } from './types'

/** Issues are read for their history: two weeks, unless the reader chose a range. */
export const SINCE = '-14d'
export function useIssueScope() {
  const scope = useScope()
  const { since } = useAppSearch()
  return { ...scope, chosen: since !== undefined, params: { ...scope.params, since: since ?? SINCE } as Query }
}

export function tabOf(text: string | undefined): Tab { return TABS.find((one) => one === text) ?? 'unresolved' }

/** The tab is a part of the search, unless the search itself says of which state. */
export function searchOf(q: string | undefined, tab: Tab): string {
  const text = q ?? ''
  return tab === 'all' || /(^|\s)!?is:\[?(un)?resolved|(^|\s)!?is:\[?(archived|new|ongoing|escalating|regressed)/.test(text) ? text : `${text} is:${tab}`.trim()
}

/** What the list asks for, and so what all of it is to the server. */
export function useMatching(): Query {
  const { params } = useIssueScope()
  const { q, tab, filter, service, user_id, session_id, trace_id } = useAppSearch()
  return { ...params, query: searchOf(q, tabOf(tab)), filter, service, user_id, session_id, trace_id }
}

export function useIssues() {
  const { base, refetchInterval } = useIssueScope()
  const { view } = useAppSearch()
  const query = { ...useMatching(), sort: view, limit: 100 }
  const path = `${base}/issues`
  const list = useInfiniteQuery({
    queryKey: [path, 'list', query],
    queryFn: ({ pageParam, signal }) => get<IssuePageAnswer>(path, { ...query, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    refetchInterval: (one) => ((one.state.data?.pages.length ?? 0) <= 1 ? refetchInterval : false),
    placeholderData: (previous, before) => (before?.queryKey[0] === path ? previous : undefined),
  })
  return { ...list, items: list.data?.pages.flatMap((page) => page.items) ?? [], first: list.data?.pages[0] }
}

const of = (base: string, issue: string) => `${base}/issues/${encodeURIComponent(issue)}`

export function useIssue(issue: string) {
  const { base, params, refetchInterval } = useIssueScope()
  return useGet<IssueDetail>(of(base, issue), params, { refetchInterval })
}
export function useTags(issue: string) {
  const { base, params } = useIssueScope()
  return useGet<Items<Tag>>(`${of(base, issue)}/tags`, params)
}
export function useFingerprints(issue: string) {
  const { base } = useIssueScope()
  return useGet<Items<Fingerprint>>(`${of(base, issue)}/fingerprints`)
}
export function useActivity(issue: string) {
  const { base } = useIssueScope()
  return useGet<Items<Activity>>(`${of(base, issue)}/activity`)
}
/** `which`: an event's id, or recommended, latest, oldest. Walking from one to the next keeps the one before on screen. */
export function useOccurrence(issue: string, which: string) {
  const { base } = useIssueScope()
  return useGet<Occurrence>(`${of(base, issue)}/events/${encodeURIComponent(which)}`, {}, { standIn: () => true })
}
export function useAround(issue: string, eventId: string) {
  const { base } = useIssueScope()
  return useGet<Around>(`${of(base, issue)}/events/${encodeURIComponent(eventId)}/around`)
}
/** Everything that users wrote about an issue, from a day before it was first seen: clocks differ. */
export const sinceBefore = (issue: IssueDetail) => new Date(Date.parse(issue.first_time) - 86_400_000).toISOString()
export function useIssueFeedback(issue: IssueDetail) {
  const { base } = useScope()
  return useGet<FeedbackPageAnswer>(`${base}/feedback`, { issue: issue.id, status: 'all', since: sinceBefore(issue), limit: 20 })
}
export function useMembers() { return useGet<Member[]>('/members').data ?? [] }
export function useSavedSearches() {
  const { base } = useScope()
  return { path: `${base}/issue-searches`, ...useGet<Items<SavedSearch>>(`${base}/issue-searches`) }
}

/** A call that changes issues; whatever shows issues is asked for again. */
export function useIssueCall<Input, Output>(call: (base: string, input: Input) => Promise<Output>) {
  const { base } = useScope()
  const client = useQueryClient()
  return useMutation({
    mutationFn: (input: Input) => call(base, input),
    // Not the events: they stay what they are, whatever is decided about them.
    onSettled: () => client.invalidateQueries({ predicate: ({ queryKey: [path] }) => typeof path === 'string' && path.startsWith(`${base}/issue`) && !path.includes('/events/') }),
  })
}
export const changeIssues = (base: string, change: IssueChange) => patch<Changed>(`${base}/issues`, change)
export const mergeIssues = (base: string, ids: string[]) => post<{ id: string; fingerprints: string[] }>(`${base}/issues/merge`, { ids })
export const unmergeIssues = (base: string, { issue, fingerprints }: { issue: string; fingerprints: string[] }) =>
  post<{ id: string; fingerprints: string[] }>(`${of(base, issue)}/unmerge`, { fingerprints })
export const deleteIssues = (base: string, body: Partial<DeleteForm>) => post<Changed>(`${base}/issues/delete`, body)
export const commentOn = (base: string, { issue, text }: { issue: string; text: string }) => post<Activity>(`${of(base, issue)}/comments`, { text })
