import { toMs } from '@/shared/format/times'
import css from './ReleaseMarks.module.css'

interface Mark { release: string; time: string | null }

/** When releases were seen first, above a TimeChart that begins and ends at the same times (ms). */
export function ReleaseMarks({ releases, from, to }: { releases: Mark[]; from: number; to: number }) {
  const marks = thin(releases.flatMap(({ release, time }) => (time === null ? [] : [{ release, at: (toMs(time) - from) / (to - from) }])))
  return (
    <div className={css.marks} role="group" aria-label="Releases">
      {marks.map(({ release, at }) => <span key={release} title={`${release} was seen first`} style={{ left: `${at * 100}%` }}>{release}</span>)}
    </div>
  )
}

/** Marks that would lie on one another are left out, the earlier ones first. */
function thin<T extends { at: number }>(marks: T[], apart = 0.2): T[] {
  const kept: T[] = []
  for (const mark of [...marks].sort((a, b) => b.at - a.at)) {
    const after = kept.at(-1)
    if (mark.at >= 0 && mark.at <= 1 && (!after || after.at - mark.at >= apart)) kept.push(mark)
  }
  return kept
}
