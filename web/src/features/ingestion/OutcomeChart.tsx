import { Skeleton } from '@mantine/core'
import { useMemo } from 'react'
import type { OutcomeBucket } from '@/api/types'
import { TimeChart } from '@/shared/charts/TimeChart'
import { useScope } from '@/shared/filters/scope'
import { humanNumber } from '@/shared/format/numbers'
import { toMs } from '@/shared/format/times'
import { timeToMs } from '@/shared/time/range'
import { useZoom } from '@/shared/time/zoom'
import { useOutcomeBuckets } from './queries'

const COLORS: Record<string, string> = {
  accepted: 'var(--bar-ok)', changed: 'var(--bar-info)', filtered: 'var(--bar-debug)', client_discarded: '#8a7fb5', rate_limited: 'var(--bar-warn)', rejected: 'var(--bar-error)',
}

export function OutcomeChart() {
  const { data } = useOutcomeBuckets()
  const { range } = useScope()
  const { zoom, back } = useZoom()
  const series = useMemo(() => (data ? toSeries(data.items, timeToMs(range.since), timeToMs(range.until)) : null), [data, range])
  if (!series) return <Skeleton height={100} radius={4} />
  return (
    <>
      <TimeChart label="Items received over time" kind="bars" height={104} series={series} format={humanNumber} onRange={zoom} onBack={back} />
      {data?.cut && <div className="faint">Partial: the oldest minutes of this range are not drawn. Choose a shorter one.</div>}
    </>
  )
}

const BARS = 80

/** Minutes joined into as many bars as fit, one stack an outcome. */
function toSeries(items: OutcomeBucket[], from: number, to: number) {
  const width = Math.max(60_000, Math.ceil((to - from) / BARS / 60_000) * 60_000)
  const start = Math.floor(from / width) * width
  const times = Array.from({ length: Math.max(1, Math.ceil((to - start) / width)) }, (_, index) => start + index * width)
  const found = new Map<string, Map<number, number>>()
  for (const item of items) {
    const at = Math.floor(toMs(item.time) / width) * width
    const counts = found.get(item.outcome) ?? new Map<number, number>()
    counts.set(at, (counts.get(at) ?? 0) + item.quantity)
    found.set(item.outcome, counts)
  }
  return Object.keys(COLORS).filter((outcome) => found.has(outcome)).map((outcome) => ({
    name: outcome.replaceAll('_', ' '),
    color: COLORS[outcome] ?? 'var(--faint)',
    points: times.map((time): [number, number] => [time, found.get(outcome)?.get(time) ?? 0]),
  }))
}
