import { useGet } from '@/api/hooks'
import type { Items, MetricName, MetricSeries } from '@/api/types'
import { useScope } from '@/shared/filters/scope'
import { useAppSearch } from '@/shared/filters/search'

export const AGGREGATES = ['avg', 'sum', 'min', 'max', 'rate', 'count', 'p50', 'p95', 'p99'] as const

/** What a type of metric is usually read by: counters by their rate, histograms by p95, gauges by their mean. */
export function usualAggregate({ type, temporality, is_monotonic }: Pick<MetricName, 'type' | 'temporality' | 'is_monotonic'>): string {
  if (/histogram|summary/i.test(type)) return 'p95'
  // A sum that may also fall (requests in flight) is read as a gauge; deltas are changes, whatever their sign.
  return type === 'sum' && (is_monotonic || temporality === 'delta') ? 'rate' : 'avg'
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
