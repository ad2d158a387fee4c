import { useMemo } from 'react'
import { Skeleton } from '@mantine/core'
import type { LogHistogram as Histogram } from '@/api/types'
import { TimeChart } from '@/shared/charts/TimeChart'
import { humanNumber } from '@/shared/format/numbers'
import { severityOfLevel, type Severity } from '@/shared/format/severity'
import { toMs } from '@/shared/format/times'
import { useZoom } from '@/shared/time/zoom'
import { useLogHistogram } from './queries'
import css from './logs.module.css'

const ORDER: Severity[] = ['debug', 'info', 'warn', 'error', 'fatal']

export function LogHistogram() {
  const { data, error } = useLogHistogram()
  const { zoom, back } = useZoom()
  const series = useMemo(() => (data ? toSeries(data) : []), [data])
  return (
    <div className={css.histogram}>
      {data ? <TimeChart label="Log records over time" kind="bars" height={88} series={series} format={humanNumber} onRange={zoom} onBack={back} />
        : error ? <div className="faint">The histogram could not be loaded</div> : <Skeleton height={80} radius={4} />}
    </div>
  )
}

function toSeries(histogram: Histogram) {
  const words = new Set(histogram.buckets.flatMap((bucket) => Object.keys(bucket.counts)))
  return ORDER.map((severity) => ({
    name: severity,
    // What is ordinary stays quiet, so that what is not stands out.
    color: `var(--bar-${severity})`,
    points: histogram.buckets.map(({ time, counts }): [number, number] => [
      toMs(time),
      [...words].filter((word) => severityOfLevel(word) === severity).reduce((sum, word) => sum + (counts[word] ?? 0), 0),
    ]),
  })).filter(({ points }, index) => index === 1 || points.some(([, value]) => value > 0))
}
