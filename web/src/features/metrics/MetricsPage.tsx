import { TextInput } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { Search } from 'lucide-react'
import { useMemo } from 'react'
import type { MetricName } from '@/api/types'
import { useAppSearch, useSetSearch } from '@/shared/filters/search'
import { DataTable } from '@/shared/ui/DataTable'
import { Page } from '@/shared/ui/Page'
import { Empty, Loading } from '@/shared/ui/States'
import { DensitySwitch, TableSkeleton } from '@/shared/ui/TableParts'
import { COLUMNS } from './columns'
import { useMetricNames } from './queries'

export function MetricsPage() {
  const names = useMetricNames()
  const { q = '' } = useAppSearch()
  const setSearch = useSetSearch()
  return (
    <Page title="Metrics" aside={names.data && names.data.items.length > 0 && `${names.data.items.length.toLocaleString('en')} names`} actions={<DensitySwitch />}>
      <div style={{ padding: '0 16px 10px' }}>
        <TextInput leftSection={<Search size={13} />} placeholder="Find a metric by name or description" aria-label="Find a metric" value={q} onChange={(event) => setSearch({ q: event.currentTarget.value || undefined }, { replace: true })} />
      </div>
      <Loading query={names} what="Metrics" skeleton={<TableSkeleton />}>{(data) => <Names items={data.items} q={q} />}</Loading>
    </Page>
  )
}

function Names({ items, q }: { items: MetricName[]; q: string }) {
  const navigate = useNavigate()
  const shown = useMemo(() => items.filter((item) => `${item.metric_name} ${item.description}`.toLowerCase().includes(q.toLowerCase())), [items, q])
  if (items.length === 0) {
    return (
      <Empty title="No metrics in this time range" action={<Link to="/connect" search={{ tab: 'prometheus' }} className="link">Connect Prometheus or OpenTelemetry</Link>}>
        Nothing was received. Widen the range, or send metrics by OTLP or Prometheus remote write.
      </Empty>
    )
  }
  if (shown.length === 0) return <Empty title={`No metric matches “${q}”`}>Names and descriptions are searched.</Empty>
  return (
    <DataTable label="Metrics" columns={COLUMNS} rows={shown} rowKey={(row) => row.metric_name} defaultSort={[{ id: 'name', desc: false }]}
      onOpen={(row) => void navigate({ to: '/metrics/$metricName', params: { metricName: row.metric_name }, search: {} })} />
  )
}
