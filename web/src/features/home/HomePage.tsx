import { Skeleton } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { Overview } from '@/api/types'
import { useScope } from '@/shared/filters/scope'
import { rangeLabel } from '@/shared/time/range'
import { Page } from '@/shared/ui/Page'
import { Empty, Loading } from '@/shared/ui/States'
import { IngestionCard } from './IngestionCard'
import { NewestErrors } from './NewestErrors'
import { NewestEvents } from './NewestEvents'
import { SlowestEndpoints } from './SlowestEndpoints'
import { StatCards } from './StatCards'
import css from './home.module.css'
import { useOverview } from './queries'

export function HomePage() {
  const overview = useOverview()
  const { range } = useScope()
  return (
    <Page scroll title="Home" aside={`${rangeLabel(range)}, against the period before`}>
      <Loading query={overview} what="The overview" skeleton={<HomeSkeleton />}>{(data) => <Home data={data} />}</Loading>
    </Page>
  )
}

function Home({ data }: { data: Overview }) {
  if (isSilent(data)) return <FirstSteps />
  return (
    <>
      <StatCards data={data} />
      <div className={css.cards}>
        <NewestErrors groups={data.newest_errors} />
        <SlowestEndpoints rows={data.slowest} />
        <NewestEvents events={data.newest_events} />
        <IngestionCard ingestion={data.ingestion} />
      </div>
    </>
  )
}

function isSilent({ totals, ingestion }: Overview): boolean {
  return totals.events + totals.errors + totals.logs + totals.spans + ingestion.accepted + ingestion.rejected === 0
}

function FirstSteps() {
  return (
    <Empty title="Nothing arrived in this time range" action={<Link to="/connect" search={{}} className="link">Connect an application</Link>}>
      Point an SDK you already use at this server: Sentry, PostHog, OpenTelemetry, Prometheus or Better Stack. If you did, widen the time range.
    </Empty>
  )
}

function HomeSkeleton() {
  return (
    <div aria-busy="true" aria-label="Loading">
      <div className={css.stats}>{Array.from({ length: 6 }, (_, index) => <Skeleton key={index} height={118} radius={8} />)}</div>
      <div className={css.cards}>{Array.from({ length: 4 }, (_, index) => <Skeleton key={index} height={300} radius={8} />)}</div>
    </div>
  )
}
