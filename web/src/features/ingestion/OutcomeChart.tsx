import { Skeleton } from '@mantine/core'
import { useMemo } from 'react'
import type { OutcomeHistogram } from '@/api/types'
import { TimeChart } from '@/shared/charts/TimeChart'
import { humanNumber } from '@/shared/format/numbers'
import { toMs } from '@/shared/format/times'
import { useZoom } from '@/shared/time/zoom'
import { useOutcomeHistogram } from './queries'

const COLORS: Record<string, string> = {
  accepted: 'var(--bar-ok)', changed: 'var(--bar-info)', filtered: 'var(--bar-debug)', client_discarded: '#8a7fb5', rate_limited: 'var(--bar-warn)', rejected: 'var(--bar-error)',
}

export function OutcomeChart() {
  const { data } = useOutcomeHistogram()
  const { zoom, back } = useZoom()
  const series = useMemo(() => (data ? toSeries(data) : null), [data])
  if (!series) return <Skeleton height={100} radius={4} />
  return <TimeChart label="Items received over time" kind="bars" height={104} series={series} format={humanNumber} onRange={zoom} onBack={back} />
}

/** One stack an outcome. */
function toSeries({ buckets }: OutcomeHistogram) {
  const found = new Set(buckets.flatMap((bucket) => Object.keys(bucket.counts)))
  return Object.keys(COLORS).filter((outcome) => found.has(outcome)).map((outcome) => ({
    name: outcome.replaceAll('_', ' '),
    color: COLORS[outcome] ?? 'var(--faint)',
    points: buckets.map(({ time, counts }): [number, number] => [toMs(time), counts[outcome] ?? 0]),
  }))
}
