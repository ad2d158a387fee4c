import { SegmentedControl, Skeleton } from '@mantine/core'
import { useScope } from '@/shared/filters/scope'
import { ActiveFilters } from '@/shared/filters/FilterBar'
import { useAppSearch, useSetSearch } from '@/shared/filters/search'
import { humanNumber } from '@/shared/format/numbers'
import { rangeLabel } from '@/shared/time/range'
import { Page } from '@/shared/ui/Page'
import { Empty, Loading } from '@/shared/ui/States'
import { Breakdown } from './Breakdown'
import { Examples } from './Examples'
import { NoVitals } from './NoVitals'
import { useChoice, useWebVitals } from './queries'
import type { Source, WebVitals } from './types'
import { VitalCards } from './VitalCards'
import { SOURCE_WORDS } from './vitals'
import { VitalTrend } from './VitalTrend'
import css from './web_vitals.module.css'

/** What visitors waited for: five vitals, over time, by page and browser, and the loads behind them. */
export function WebVitalsPage() {
  const choice = useChoice()
  const vitals = useWebVitals(choice.source)
  const { range } = useScope()
  const loads = vitals.data?.loads
  return (
    <Page scroll title="Web vitals" aside={`${loads ? `${humanNumber(Math.round(loads))} page loads, ` : ''}${rangeLabel(range)}`}
      actions={vitals.data && <Sources data={vitals.data} />}>
      <ActiveFilters />
      <Loading query={vitals} what="Web vitals" skeleton={<VitalsSkeleton />}>{(data) => <Vitals data={data} />}</Loading>
    </Page>
  )
}

/** One load is reported by each SDK of a page: their numbers are never added. */
function Sources({ data }: { data: WebVitals }) {
  const setSearch = useSetSearch()
  if (!data.source) return null
  const shown = data.sources.map(({ source }) => source)
  if (!shown.includes(data.source)) shown.push(data.source)
  if (shown.length < 2) return <span className="faint">as reported by {SOURCE_WORDS[data.source]}</span>
  return (
    <div className="row" title="Each reports the same loads; what one reported is shown.">
      <span className="faint">as reported by</span>
      <SegmentedControl size="xs" transitionDuration={0} aria-label="Reported by" value={data.source}
        data={shown.map((value) => ({ value, label: SOURCE_WORDS[value] }))} onChange={(value) => setSearch({ view: value })} />
    </div>
  )
}

function Vitals({ data }: { data: WebVitals }) {
  const { filter = [], q, service, user_id, session_id, trace_id } = useAppSearch()
  const { params } = useScope()
  const narrowed = [q, service, user_id, session_id, trace_id, params.environment, params.release].some(Boolean) || filter.length > 0
  if (data.loads === 0 && data.sources.length === 0) return <NoVitals />
  if (data.loads === 0) {
    return <Empty title="No page load matches">{narrowed ? 'Page loads were reported in this time range, but none with these filters.' : 'What was reported in this time range measured nothing that is shown here.'}</Empty>
  }
  return <Story data={data} source={data.source ?? 'sentry'} />
}

function Story({ data, source }: { data: WebVitals; source: Source }) {
  const { metric, by } = useChoice()
  return (
    <div className={css.story}>
      <VitalCards data={data} chosen={metric} />
      <VitalTrend data={data} metric={metric} />
      <Breakdown by={by} source={source} metric={metric} />
      <Examples metric={metric} source={source} />
    </div>
  )
}

function VitalsSkeleton() {
  return (
    <div aria-busy="true" aria-label="Loading" className={css.story}>
      <div className={css.cards}>{Array.from({ length: 6 }, (_, index) => <Skeleton key={index} height={136} radius={8} />)}</div>
      <Skeleton height={190} radius={8} /><Skeleton height={300} radius={8} />
    </div>
  )
}
