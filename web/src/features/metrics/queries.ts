import { useGet } from '@/api/hooks'
import type { Items, MetricName, MetricSeries } from '@/api/types'
import { useScope } from '@/shared/filters/scope'
import { useAppSearch } from '@/shared/filters/search'

export const AGGREGATES = ['avg', 'sum', 'min', 'max', 'rate', 'count', 'p50', 'p95', 'p99'] as const

/** What a type of metric is usually read by: counters by their rate, histograms by p95, gauges by their mean. */
export function usualAggregate(type: string): string {
  if (/histogram|summary/i.test(type)) return 'p95'
  return /sum|counter/i.test(type) ? 'rate' : 'avg'
}
export function useMetricNames() {
  const { base, params, refetchInterval } = useScope()
  return useGet<Items<MetricName>>(`${base}/metrics`, { ...params, limit: 1000 }, { refetchInterval })
}
export function useMetric(name: string, aggregate: string | undefined, options: { step?: number; enabled?: boolean } = {}) {
  const { base, params, refetchInterval } = useScope()
  const { group_by, filter } = useAppSearch()
  const query = { ...params, aggregate, group_by, filter, step_seconds: options.step }
  return useGet<MetricSeries>(`${base}/metrics/${encodeURIComponent(name)}`, query, { refetchInterval, enabled: options.enabled ?? true })
}
