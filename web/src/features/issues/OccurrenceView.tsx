import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { ChevronLeft, ChevronRight } from 'lucide-react'
import type { ErrorDetail } from '@/api/types'
import { Finding } from '@/features/detectors/Finding'
import { Breadcrumbs } from '@/features/errors/Breadcrumbs'
import { StackTrace } from '@/features/errors/StackTrace'
import { SuspectCommits } from '@/features/errors/SuspectCommits'
import { useAppSearch, useSetSearch } from '@/shared/filters/search'
import { exactNumber } from '@/shared/format/numbers'
import { plural } from '@/shared/format/text'
import { JoinChips } from '@/shared/ui/IdChip'
import { useKeys } from '@/shared/ui/keys'
import { Clock } from '@/shared/ui/Values'
import css from './issues.module.css'
import type { IssueDetail, Occurrence } from './types'

/** Which event is shown, and the way to the others: by button or j and k. */
export function OccurrenceNav({ shown }: { shown: Occurrence | undefined }) {
  const { item } = useAppSearch()
  const setSearch = useSetSearch()
  const go = (to: string | null | undefined) => { if (to) setSearch({ item: to }, { replace: true }) }
  useKeys({ j: () => go(shown?.previous), k: () => go(shown?.next) })
  return (
    <div className={css.event}>
      <b>{shown && !shown.counted ? 'Another report' : 'Event'}</b>
      {shown && <Place shown={shown} />}
      {shown && <Clock time={shown.event.time} />}
      {shown?.event.handled === true && <span className={css.badge}>Handled</span>}
      {shown?.event.transaction && <span className="mono dim ellipsis">{shown.event.transaction}</span>}
      <div className="spread" />
      <Button.Group>
        {(['recommended', 'latest', 'oldest'] as const).map((one) => (
          <Button key={one} size="compact-xs" variant={(item ?? 'recommended') === one ? 'light' : 'default'} onClick={() => setSearch({ item: one === 'recommended' ? undefined : one }, { replace: true })} tt="capitalize">{one}</Button>
        ))}
      </Button.Group>
      <Tooltip label="Older (j)"><ActionIcon aria-label="Older event" disabled={!shown?.previous} onClick={() => go(shown?.previous)}><ChevronLeft size={15} /></ActionIcon></Tooltip>
      <Tooltip label="Newer (k)"><ActionIcon aria-label="Newer event" disabled={!shown?.next} onClick={() => go(shown?.next)}><ChevronRight size={15} /></ActionIcon></Tooltip>
    </div>
  )
}

/** Events are counted as everywhere: a crash that several sources reported is one. */
function Place({ shown: { total, newer, reports, counted } }: { shown: Occurrence }) {
  const place = (of: number) => `${exactNumber(of - newer)} of ${exactNumber(of)}`
  if (total === 0) return <span className="dim num" title="Richer reports of the same crashes are events of other issues; the facts beside name them.">{place(reports)}, counted elsewhere</span>
  return (
    <span className="dim num">
      {counted ? place(total) : `of one of ${plural(total, 'event')}`}
      {reports > total && <span className="faint" title="Several sources reported the same crashes; each crash is one event. The facts beside name the other reports."> · {exactNumber(reports)} reports</span>}
    </span>
  )
}

/** The event's own message only where it is not what the issue's head says already. */
export function OccurrenceStory({ issue, error }: { issue: IssueDetail; error: ErrorDetail }) {
  const said = error.value || error.title
  return (
    <>
      <div className="col">
        {said !== (issue.value || issue.title) && <div className={css.message}>{said}</div>}
        <JoinChips of={error} />
      </div>
      {error.category === 'performance' ? <Finding issue={issue} error={error} /> : (
        <>
          <StackTrace error={error} />
          <SuspectCommits error={error} />
          <Breadcrumbs payload={error.payload} />
        </>
      )}
    </>
  )
}

