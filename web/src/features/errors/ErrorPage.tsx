import { Link, useParams } from '@tanstack/react-router'
import { ChevronLeft } from 'lucide-react'
import { Skeleton } from '@mantine/core'
import type { ErrorDetail, ErrorEvent } from '@/api/types'
import { severityOfLevel } from '@/shared/format/severity'
import { useAppSearch, useSetSearch } from '@/shared/filters/search'
import { JoinChips } from '@/shared/ui/IdChip'
import { Page, Section } from '@/shared/ui/Page'
import { Related } from '@/shared/ui/Related'
import { SeverityMark } from '@/shared/ui/SeverityMark'
import { Empty, ErrorState, Lines } from '@/shared/ui/States'
import { Clock } from '@/shared/ui/Values'
import { Breadcrumbs } from './Breadcrumbs'
import css from './errors.module.css'
import { Occurrences } from './Occurrences'
import { useErrorEvent, useOccurrences } from './queries'
import { SideFacts } from './SideFacts'
import { StackTrace } from './StackTrace'
import { SuspectCommits } from './SuspectCommits'

/** One group of errors: the newest occurrence, or the one the address names. */
export function ErrorPage() {
  const { fingerprint = '' } = useParams({ strict: false })
  const { item } = useAppSearch()
  const setSearch = useSetSearch()
  const occurrences = useOccurrences(fingerprint)
  const shown = item ?? occurrences.items[0]?.event_id
  const detail = useErrorEvent(shown, fingerprint)
  const error = detail.data
  return (
    <Page scroll title={error?.type || error?.title || 'Error'} aside={error?.culprit}
      actions={<Occurrences items={occurrences.items} shown={shown} onShow={(id) => setSearch({ item: id }, { replace: true })} />}>
      <Link to="/errors" search={{}} className="link row" style={{ gap: 3, marginBottom: 10 }}><ChevronLeft size={14} />Errors</Link>
      {error ? <Detail error={error} />
        : occurrences.error || detail.error ? <ErrorState what="This error" error={occurrences.error ?? detail.error} retry={() => { void occurrences.refetch(); void detail.refetch() }} />
          : !occurrences.isPending && !shown ? <Empty title="No occurrence in this time range">Widen the range: this group was seen at another time, or its data has been deleted by retention.</Empty>
            : <div className={css.page}><div className="col" style={{ gap: 16 }}><Skeleton height={48} /><Lines count={12} /></div><Skeleton height={300} /></div>}
    </Page>
  )
}

function Detail({ error }: { error: ErrorDetail }) {
  return (
    <div className={css.page}>
      <div className={css.story}>
        <Head error={error} />
        <StackTrace error={error} />
        <SuspectCommits error={error} />
        <Breadcrumbs payload={error.payload} />
      </div>
      <SideFacts error={error} />
    </div>
  )
}

function Head({ error }: { error: ErrorEvent }) {
  return (
    <div className="col">
      <div className={css.value}>{error.value || error.title}</div>
      <div className="row wrap dim">
        <SeverityMark severity={severityOfLevel(error.level)} label={error.level} />
        {error.handled === false && <span className={css.badge} data-tone="bad">Unhandled</span>}
        {error.handled === true && <span className={css.badge}>Handled</span>}
        <Clock time={error.time} />
        {error.transaction && <span className="mono ellipsis">{error.transaction}</span>}
        {error.platform && <span className="faint">{error.platform}</span>}
      </div>
      <JoinChips of={error} />
      <Section title="Related"><Related of={error} /></Section>
    </div>
  )
}
