import { useMemo } from 'react'
import type { MetricSeries } from '@/api/types'
import { PALETTE } from '@/shared/charts/colors'
import { TimeChart } from '@/shared/charts/TimeChart'
import { withUnit } from '@/shared/format/numbers'
import { toMs } from '@/shared/format/times'
import { useScope } from '@/shared/filters/scope'
import { timeToMs } from '@/shared/time/range'
import { useZoom } from '@/shared/time/zoom'

export function labelOf(labels: Record<string, string>): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}=${value || '""'}`)
  return parts.join(' ') || 'all series'
}
/** A rate is per second, a count has no unit of its own. */
export function unitOf(metric: MetricSeries, aggregate: string): string {
  if (aggregate === 'count') return ''
  return aggregate === 'rate' ? '/s' : metric.unit
}
export function formatter(metric: MetricSeries, aggregate: string) {
  const unit = unitOf(metric, aggregate)
  return (value: number | null) => (unit === '/s' ? `${withUnit(value, metric.unit)}/s` : withUnit(value, unit))
}

export function MetricChart({ metric, aggregate }: { metric: MetricSeries; aggregate: string }) {
  const { zoom, back } = useZoom()
  const { range } = useScope()
  // The chart shows the range asked for, also where nothing was received.
  const edges = useMemo(() => ({ from: timeToMs(range.since), to: timeToMs(range.until), metric }), [range, metric])
  const series = useMemo(() => metric.series.map((one, index) => ({
    name: labelOf(one.labels),
    color: PALETTE[index % PALETTE.length] ?? '#7c6ff0',
    points: one.points.map(([time, value]): [number, number | null] => [toMs(time), value]),
  })), [metric])
  const format = useMemo(() => formatter(metric, aggregate), [metric, aggregate])
  return (
    <div className="card" style={{ padding: '12px 8px 4px' }}>
      <TimeChart label={`${aggregate} of ${metric.metric_name} over time`} kind="lines" height={320} from={edges.from} to={edges.to} series={series} format={format} onRange={zoom} onBack={back} />
    </div>
  )
}
