import type { MetricName } from '@/api/types'
import { Sparkline } from '@/shared/charts/Sparkline'
import { useScope } from '@/shared/filters/scope'
import { timeToMs } from '@/shared/time/range'
import { useMetric, usualAggregate } from './queries'

/** Only rows on screen are mounted, so only their shapes are asked for; forty points are as many as the width shows. */
export function MetricSpark({ metric }: { metric: MetricName }) {
  const { range } = useScope()
  const seconds = (timeToMs(range.until) - timeToMs(range.since)) / 1000
  const step = Math.max(10, Math.ceil(seconds / 40 / 10) * 10)
  const { data } = useMetric(metric.metric_name, usualAggregate(metric), { step })
  return <div style={{ width: '100%' }}><Sparkline values={data?.series[0]?.points.map(([, value]) => value) ?? []} height={18} /></div>
}
