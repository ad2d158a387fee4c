import { Select, Skeleton, TextInput } from '@mantine/core'
import { Link, useParams } from '@tanstack/react-router'
import { ChevronLeft } from 'lucide-react'
import { useState } from 'react'
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
  const chosen = aggregate ?? (about ? usualAggregate(about.type) : 'avg')
  const metric = useMetric(metricName, chosen, { enabled: aggregate !== undefined || names.data !== undefined || names.isError })
  return (
    <Page scroll title={metricName} aside={about && [about.type, about.unit, about.description].filter(Boolean).join(' · ')}>
      <Link to="/metrics" search={{}} className="link row" style={{ gap: 3, marginBottom: 10 }}><ChevronLeft size={14} />Metrics</Link>
      <Controls key={metricName} about={about} aggregate={chosen} />
      <Loading query={metric} what="This metric" skeleton={<Skeleton height={360} radius={8} />}>
        {(data) => data.series.length === 0
          ? <Empty title="No points in this time range">The metric exists, but nothing was received for it here with these filters. Widen the range.</Empty>
          : <><MetricChart metric={data} aggregate={chosen} /><SeriesTable metric={data} aggregate={chosen} /></>}
      </Loading>
    </Page>
  )
}

function Controls({ about, aggregate }: { about: MetricName | undefined; aggregate: string }) {
  const { group_by } = useAppSearch()
  const setSearch = useSetSearch()
  const [label, setLabel] = useState(group_by ?? '')
  const apply = () => setSearch({ group_by: label.trim() || undefined })
  return (
    <div className={css.controls}>
      <Select aria-label="Aggregate" w={110} allowDeselect={false} data={[...AGGREGATES]} value={aggregate} onChange={(value) => setSearch({ aggregate: value ?? undefined })} />
      <form className="row" onSubmit={(event) => { event.preventDefault(); apply() }}>
        <span className="dim">by</span>
        <TextInput w={220} aria-label="Group by" placeholder="service or an attribute" value={label} onChange={(event) => setLabel(event.currentTarget.value)} onBlur={apply} />
      </form>
      {about && <span className="faint num">{about.series_count.toLocaleString('en')} series{/^(cumulative|delta)$/.test(about.temporality) && `, ${about.temporality}`}</span>}
    </div>
  )
}
