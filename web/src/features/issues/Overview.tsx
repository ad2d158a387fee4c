import { useMemo } from 'react'
import { TimeChart } from '@/shared/charts/TimeChart'
import { humanNumber } from '@/shared/format/numbers'
import { toMs } from '@/shared/format/times'
import { useZoom } from '@/shared/time/zoom'
import { IdChip } from '@/shared/ui/IdChip'
import { Ago, Num } from '@/shared/ui/Values'
import css from './issues.module.css'
import type { IssueDetail } from './types'

/** Events over the range with the releases that came, and the numbers beside. */
export function Overview({ issue, kept }: { issue: IssueDetail; kept: number | undefined }) {
  const { zoom, back } = useZoom()
  const { buckets, releases, bucket_seconds: seconds } = issue.over_time
  const series = useMemo(() => [{ name: 'events', color: 'var(--bar-error)', points: buckets.map(({ time, count }): [number, number] => [toMs(time), count]) }], [buckets])
  const from = toMs(buckets[0]?.time ?? '')
  const to = toMs(buckets.at(-1)?.time ?? '') + seconds * 1_000
  const marks = thin(releases.map(({ release, time }) => ({ release, at: (toMs(time) - from) / (to - from) })))
  return (
    <div className={css.overview}>
      <div>
        {marks.length > 0 && (
          <div className={css.marks} role="group" aria-label="Releases">
            {marks.map(({ release, at }) => <span key={release} title={`${release} was seen first`} style={{ left: `${at * 100}%` }}>{release}</span>)}
          </div>
        )}
        <TimeChart label="Events over time" kind="bars" height={110} series={series} format={humanNumber} from={from} to={to} onRange={zoom} onBack={back} />
      </div>
      <dl className={css.facts}>
        <div><dt>Events</dt><dd><Num value={issue.count} />{kept !== undefined && kept !== issue.count && <span className="faint" title="In the range and scope above, of all events that are kept"> of <Num value={kept} /></span>}</dd></div>
        <div><dt>Users</dt><dd><Num value={issue.users} /></dd></div>
        <div><dt>First seen</dt><dd><Ago time={issue.first_time} /></dd></div>
        <div><dt>Last seen</dt><dd><Ago time={issue.last_time} /></dd></div>
        <div><dt>First in</dt><dd>{issue.first_release ? <IdChip kind="release" value={issue.first_release} /> : <span className="faint">no release</span>}</dd></div>
        <div><dt>Last in</dt><dd>{issue.last_release ? <IdChip kind="release" value={issue.last_release} /> : <span className="faint">no release</span>}</dd></div>
      </dl>
    </div>
  )
}

/** Marks that would lie on one another are left out, the earlier ones first. */
export function thin<T extends { at: number }>(marks: T[], apart = 0.12): T[] {
  const kept: T[] = []
  for (const mark of [...marks].sort((a, b) => b.at - a.at)) {
    const after = kept.at(-1)
    if (mark.at >= 0 && mark.at <= 1 && (!after || after.at - mark.at >= apart)) kept.push(mark)
  }
  return kept.reverse()
}
