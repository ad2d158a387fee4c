import { Select, Skeleton } from '@mantine/core'
import { Link, useParams } from '@tanstack/react-router'
import { ChevronLeft } from 'lucide-react'
import type { MetricName } from '@/api/types'
import { useAppSearch, useSetSearch } from '@/shared/filters/search'
import { Page } from '@/shared/ui/Page'
import { Empty, Loading } from '@/shared/ui/States'
import css from './metrics.module.css'
import { MetricChart } from './MetricChart'
import { AGGREGATES, useMetric, useMetricNames, usualAggregate } from './queries'
import { SeriesTable } from './SeriesTable'

export function MetricPage() {
  const { metricName = '' } = useParams({ strict: false })
  const names = useMetricNames()
  const about = names.data?.items.find((item) => item.metric_name === metricName)
  const { aggregate } = useAppSearch()
  const chosen = aggregate ?? (about ? usualAggregate(about) : 'avg')
  const metric = useMetric(metricName, chosen, { enabled: aggregate !== undefined || names.data !== undefined || names.isError })
  return (
    <Page scroll title={metricName} aside={about && [about.type, about.unit, about.description].filter(Boolean).join(' · ')}>
      <Link to="/metrics" search={{}} className="link row" style={{ gap: 3, marginBottom: 10 }}><ChevronLeft size={14} />Metrics</Link>
      <Controls about={about} labels={metric.data?.label_keys} aggregate={chosen} />
      <Loading query={metric} what="This metric" skeleton={<Skeleton height={360} radius={8} />}>
        {(data) => data.series.length === 0
          ? <Empty title="No points in this time range">The metric exists, but nothing was received for it here with these filters. Widen the range.</Empty>
          : <><MetricChart metric={data} aggregate={chosen} /><SeriesTable metric={data} aggregate={chosen} /></>}
      </Loading>
    </Page>
  )
}

/** Columns of every series; its own labels follow. */
const COMMON = ['service', 'environment', 'release']

function Controls({ about, labels, aggregate }: { about: MetricName | undefined; labels: string[] | undefined; aggregate: string }) {
  const { group_by } = useAppSearch()
  const setSearch = useSetSearch()
  const choices = [...COMMON, ...(labels ?? []).map((label) => `attributes.${label}`)]
  if (group_by && !choices.includes(group_by)) choices.push(group_by)
  return (
    <div className={css.controls}>
      <Select aria-label="Aggregate" w={110} allowDeselect={false} data={[...AGGREGATES]} value={aggregate} onChange={(value) => setSearch({ aggregate: value ?? undefined })} />
      <span className="dim">by</span>
      <Select aria-label="Group by" w={260} placeholder="nothing" searchable clearable nothingFoundMessage="No such label" value={group_by ?? null}
        data={choices.map((value) => ({ value, label: value.replace(/^attributes\./, '') }))} onChange={(value) => setSearch({ group_by: value ?? undefined })} />
      {about && <span className="faint num">{about.series_count.toLocaleString('en')} series{/^(cumulative|delta)$/.test(about.temporality) && `, ${about.temporality}`}</span>}
    </div>
  )
}
