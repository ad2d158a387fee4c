import { useInfiniteQuery, useMutation, useQueries, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { get, request } from '@/api/client'
import { useGet } from '@/api/hooks'
import { useMe, useScope } from '@/shared/filters/scope'
import { useAppSearch } from '@/shared/filters/search'
import { idOf, type Identity, portions } from './doors'
import type { Breakdown, Examples, Facets, Impact, PerformanceSettings, TransactionList, TransactionSummary, Trend, Trends } from './types'

export const DEFAULT_SORT = '-time_spent'
const PAGE = 100

export function useTransactions() {
  const { base, params, refetchInterval } = useScope()
  const { q, view, filter, service } = useAppSearch()
  const path = `${base}/performance/transactions`
  const query = { ...params, q, filter, service, sort: view ?? DEFAULT_SORT, limit: PAGE }
  const list = useInfiniteQuery({
    queryKey: [path, 'list', query],
    queryFn: ({ pageParam, signal }) => get<TransactionList>(path, { ...query, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    refetchInterval: (one) => ((one.state.data?.pages.length ?? 0) <= 1 ? refetchInterval : false),
    placeholderData: (previous, before) => (before?.queryKey[0] === path ? previous : undefined),
  })
  return { ...list, items: list.data?.pages.flatMap((page) => page.items) ?? [], first: list.data?.pages[0] }
}

/** The shapes of the rows that are loaded; asked for after the list, never in its way. */
export function useTrends(rows: Identity[]): Map<string, Trend> {
  const { base, params } = useScope()
  const { filter } = useAppSearch()
  const path = `${base}/performance/trends`
  return useQueries({
    queries: portions(rows).map((some) => {
      const query = { ...params, filter, of: some.map(({ service }) => service), name: some.map(({ name }) => name), op: some.map(({ op }) => op) }
      return { queryKey: [path, query], queryFn: ({ signal }: { signal: AbortSignal }) => get<Trends>(path, query, signal), staleTime: 30_000 }
    }),
    combine: (answers) => new Map(answers.flatMap(({ data }) => data?.items ?? []).map((item) => [idOf(item), item])),
  })
}

/** The transaction that the address names, with the top bar's filters. */
export function useNamed(): Identity & { named: boolean } {
  const { service = '', name = '', op = '' } = useAppSearch()
  return useMemo(() => ({ service, name, op, named: name !== '' }), [service, name, op])
}
function useOf<T>(what: string, more: Record<string, number> = {}) {
  const { base, params, refetchInterval } = useScope()
  const { filter } = useAppSearch()
  const { service, name, op, named } = useNamed()
  return useGet<T>(`${base}/performance/transaction${what}`, { ...params, filter, service, name, op: op || undefined, ...more }, { enabled: named, refetchInterval: what ? false : refetchInterval })
}
export const useSummary = () => useOf<TransactionSummary>('', { buckets: 80 })
export const useExamples = () => useOf<Examples>('/examples')
export const useBreakdown = () => useOf<Breakdown>('/breakdown')
export const useFacets = () => useOf<Facets>('/facets')
export const useImpact = () => useOf<Impact>('/impact')

export function useMayChange(): boolean {
  const role = useMe()?.user?.role
  return role === 'member' || role === 'admin'
}
/** Give a transaction a T of its own, or (null) the project's; `of` null sets the project's. */
export function useSetThreshold() {
  const { base } = useScope()
  const client = useQueryClient()
  const path = `${base}/performance/settings`
  return useMutation({
    mutationFn: async ({ of, apdexMs }: { of: Identity | null; apdexMs: number | null }) => {
      const before = await get<PerformanceSettings>(path)
      const others = (before.transactions ?? []).filter((one) => of === null || one.name !== of.name || (one.service ?? '') !== of.service || (one.op ?? '') !== of.op)
      const own = of && apdexMs !== null ? [{ service: of.service, name: of.name, op: of.op, apdex_ms: apdexMs }] : []
      const body = { apdex_ms: of === null && apdexMs !== null ? apdexMs : before.apdex_ms, transactions: [...others, ...own], version: before.version }
      return request<PerformanceSettings>('PUT', path, { body })
    },
    onSuccess: () => client.invalidateQueries({ predicate: ({ queryKey }) => String(queryKey[0]).startsWith(`${base}/performance/`) }),
  })
}
