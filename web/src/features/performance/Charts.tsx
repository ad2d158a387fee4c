import { useMemo } from 'react'
import { ReleaseMarks } from '@/shared/charts/ReleaseMarks'
import { TimeChart } from '@/shared/charts/TimeChart'
import { humanDuration, humanNumber } from '@/shared/format/numbers'
import { toMs } from '@/shared/format/times'
import { useZoom } from '@/shared/time/zoom'
import { Section } from '@/shared/ui/Page'
import css from './performance.module.css'
import type { TransactionBucket, TransactionSummary } from './types'

const LINES = [
  { name: 'p50', key: 'p50_ns', color: 'var(--ok)' }, { name: 'p75', key: 'p75_ns', color: 'var(--bar-info)' },
  { name: 'p95', key: 'p95_ns', color: 'var(--bar-warn)' }, { name: 'p99', key: 'p99_ns', color: 'var(--bar-error)' },
] as const

/** Percentiles and throughput over the range, with the releases that came in it. */
export function Charts({ summary }: { summary: TransactionSummary }) {
  const { buckets, bucket_seconds: seconds } = summary
  const { zoom, back } = useZoom()
  const durations = useMemo(() => LINES.map(({ name, key, color }) => ({ name, color, points: buckets.map((one): [number, number | null] => [toMs(one.time), one[key]]) })), [buckets])
  const rates = useMemo(() => {
    const rate = (one: TransactionBucket, failed: boolean) => (one.count === 0 ? 0 : one.per_minute * ((failed ? one.failed : one.count - one.failed) / one.count))
    return [
      { name: 'went well', color: 'var(--bar-ok)', points: buckets.map((one): [number, number] => [toMs(one.time), rate(one, false)]) },
      { name: 'failed', color: 'var(--bar-error)', points: buckets.map((one): [number, number] => [toMs(one.time), rate(one, true)]) },
    ]
  }, [buckets])
  const from = toMs(buckets[0]?.time ?? '')
  const to = toMs(buckets.at(-1)?.time ?? '') + seconds * 1_000
  const releases = summary.releases.map(({ release, began }) => ({ release, time: began }))
  const shared = { height: 160, from, to, onRange: zoom, onBack: back }
  return (
    <div className={css.charts}>
      <Section title="Duration" actions={<span className={css.legend}>{LINES.map(({ name, color }) => <span key={name} className="dim"><i className={css.dot} style={{ background: color }} />{name}</span>)}</span>}>
        <ReleaseMarks releases={releases} from={from} to={to} />
        <TimeChart label="Duration percentiles over time" kind="lines" series={durations} format={humanDuration} {...shared} />
      </Section>
      <Section title="Runs per minute">
        <ReleaseMarks releases={releases} from={from} to={to} />
        <TimeChart label="Runs per minute over time" kind="bars" series={rates} format={humanNumber} {...shared} />
      </Section>
    </div>
  )
}
