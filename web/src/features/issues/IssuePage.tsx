import { Skeleton } from '@mantine/core'
import { Link, useNavigate, useParams } from '@tanstack/react-router'
import { ChevronLeft } from 'lucide-react'
import { useEffect, useState } from 'react'
import { ApiError } from '@/api/client'
import { SideFacts } from '@/features/errors/SideFacts'
import { keptOf, useAppSearch } from '@/shared/filters/search'
import { useKeys } from '@/shared/ui/keys'
import { Page } from '@/shared/ui/Page'
import { Empty, ErrorState, Lines } from '@/shared/ui/States'
import { ActivityFeed } from './ActivityFeed'
import { AroundRail } from './AroundRail'
import { Fingerprints } from './Fingerprints'
import { IssueFeedback } from './IssueFeedback'
import { IssueHead } from './IssueHead'
import css from './issues.module.css'
import { KeyHelp } from './KeyHelp'
import { OccurrenceNav, OccurrenceStory } from './OccurrenceView'
import { Overview } from './Overview'
import { useIssue, useOccurrence } from './queries'
import { Tags } from './Tags'
import type { IssueDetail } from './types'
import { DecideProvider, useDecide } from './useDecide'

/** One issue: what was decided, how it goes, and one of its events in full. */
export function IssuePage() {
  const { issue = '' } = useParams({ strict: false })
  const query = useIssue(issue)
  const search = useAppSearch()
  const navigate = useNavigate()
  const found = query.data
  // A link to what was merged since leads to the issue it belongs to.
  useEffect(() => {
    if (found && found.id !== issue) void navigate({ to: '/issues/$issue', params: { issue: found.id }, search, replace: true })
  }, [found, issue, navigate, search])
  const missing = query.error instanceof ApiError && query.error.status === 404
  return (
    <DecideProvider>
      <Page scroll title={found?.type || found?.title || 'Issue'} aside={found?.culprit}>
        <Link to="/issues" search={keptOf(search)} className={`link ${css.back}`}><ChevronLeft size={14} />Issues</Link>
        {found ? <Loaded key={`${found.id} ${found.fingerprints}`} issue={found} />
          : missing ? <Empty title="There is no such issue">Its events are past retention, or it was deleted.</Empty>
            : query.error ? <ErrorState what="This issue" error={query.error} retry={() => void query.refetch()} />
              : <Waiting />}
      </Page>
    </DecideProvider>
  )
}

function Waiting() {
  return (
    <>
      <div className={css.head}><Skeleton height={40} /><Skeleton height={22} width="40%" /></div>
      <div className={css.overview}><Skeleton height={120} /><Skeleton height={110} width={360} /></div>
      <div className={css.page}><Lines count={14} /><Lines count={8} /></div>
    </>
  )
}

function Loaded({ issue }: { issue: IssueDetail }) {
  const { item } = useAppSearch()
  const decide = useDecide()
  const navigate = useNavigate()
  const occurrence = useOccurrence(issue.id, item ?? 'recommended')
  const [help, setHelp] = useState(false)
  const [assigning, setAssigning] = useState(false)
  useKeys({
    e: () => (issue.status === 'resolved' ? decide.change([issue], { status: 'unresolved' }, 'Reopened') : decide.change([issue], { status: 'resolved' }, 'Resolved')),
    z: () => decide.change([issue], { status: 'archived', archived_until: 'escalating' }, 'Archived until it escalates'),
    a: () => setAssigning(true), u: () => void navigate({ to: '/issues', search: {} }), '?': () => setHelp(true),
  })
  const event = occurrence.data?.event
  return (
    <>
      <IssueHead issue={issue} assigning={assigning} onAssigning={setAssigning} />
      <Overview issue={issue} kept={occurrence.data?.total} />
      <div className={css.page}>
        <div className={css.story}>
          <OccurrenceNav shown={occurrence.data} />
          {event ? <OccurrenceStory issue={issue} error={event} />
            : occurrence.error ? <ErrorState what="This event" error={occurrence.error} retry={() => void occurrence.refetch()} /> : <Lines count={14} />}
          <IssueFeedback issue={issue} />
          <ActivityFeed issue={issue} />
        </div>
        <div className={css.side}>
          {event && <AroundRail issue={issue} error={event} />}
          <Tags issue={issue.id} />
          {event && <SideFacts error={event} />}
          <Fingerprints issue={issue} error={event} />
        </div>
      </div>
      <KeyHelp of="issue" opened={help} onClose={() => setHelp(false)} />
    </>
  )
}
