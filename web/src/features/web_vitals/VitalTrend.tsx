import { useMemo } from 'react'
import { type ChartSeries, TimeChart } from '@/shared/charts/TimeChart'
import { toMs } from '@/shared/format/times'
import { useZoom } from '@/shared/time/zoom'
import { Section } from '@/shared/ui/Page'
import type { Metric, WebVitals } from './types'
import { RATING_COLORS, VITAL_WORDS, vitalText } from './vitals'

/** The 75th percentile over time, and the limits it is judged by. Where few load a page, the line joins what was measured. */
export function VitalTrend({ data, metric }: { data: WebVitals; metric: Metric }) {
  const { zoom, back } = useZoom()
  const series = useMemo<ChartSeries[]>(() => {
    const vital = data.vitals.find((one) => one.metric === metric)
    const line = (name: string, color: string, value: (bucket: WebVitals['buckets'][number]) => number | null) =>
      ({ name, color, points: data.buckets.map((bucket): [number, number | null] => [toMs(bucket.time), value(bucket)]).filter(([, measured]) => measured !== null) })
    return vital ? [
      line(`p75 of ${metric.toUpperCase()}`, 'var(--accent)', (bucket) => bucket.p75[metric] ?? null),
      line('good up to', RATING_COLORS.good, () => vital.good_until),
      line('poor above', RATING_COLORS.poor, () => vital.poor_above),
    ] : []
  }, [data, metric])
  return (
    <Section title={`${VITAL_WORDS[metric]} over time, 75th percentile`}>
      <TimeChart label={`${VITAL_WORDS[metric]} over time`} kind="lines" height={170} series={series} format={(value) => vitalText(metric, value)} onRange={zoom} onBack={back} />
    </Section>
  )
}
