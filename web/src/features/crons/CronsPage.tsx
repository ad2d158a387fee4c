import { TextInput } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { Search } from 'lucide-react'
import { useMemo } from 'react'
import { useAppSearch, useSetSearch } from '@/shared/filters/search'
import { DataTable } from '@/shared/ui/DataTable'
import { Page } from '@/shared/ui/Page'
import { Empty, Loading } from '@/shared/ui/States'
import { DensitySwitch, TableSkeleton } from '@/shared/ui/TableParts'
import { AddMonitor } from './AddMonitor'
import { columnsOf, type Row } from './columns'
import css from './crons.module.css'
import { HowToReport } from './HowToReport'
import { useMayChange, useMonitors } from './queries'
import type { Monitors } from './types'

const keyOf = ({ monitor, environment }: Row) => `${monitor.slug} ${environment?.environment ?? ''}`

/** Every monitor with its runs over the time range, the worst first. */
export function CronsPage() {
  const monitors = useMonitors()
  const { release } = useAppSearch()
  const may = useMayChange()
  return (
    <Page title="Crons" aside={release && 'of every release'} actions={<>{may && <AddMonitor />}<DensitySwitch /></>}>
      <Loading query={monitors} what="Monitors" skeleton={<TableSkeleton />}>
        {(data) => data.items.length > 0
          ? <List data={data} at={monitors.dataUpdatedAt} />
          : <HowToReport title="No job has reported a run yet">A monitor is here as soon as its first check-in has come. From then on runs that fail, take too long or never begin are seen.</HowToReport>}
      </Loading>
    </Page>
  )
}

function List({ data, at }: { data: Monitors; at: number }) {
  const { q = '' } = useAppSearch()
  const setSearch = useSetSearch()
  const navigate = useNavigate()
  const rows = useMemo(() => data.items
    .filter((monitor) => monitor.slug.toLowerCase().includes(q.toLowerCase()))
    .flatMap((monitor): Row[] => monitor.environments.length > 0 ? monitor.environments.map((environment) => ({ monitor, environment })) : [{ monitor, environment: undefined }]), [data, q])
  const columns = useMemo(() => columnsOf(data.bucket_seconds, at), [data, at])
  return (
    <>
      <div className={css.controls}>
        <TextInput className={css.find} leftSection={<Search size={13} />} placeholder="Find a monitor" aria-label="Find a monitor" value={q} onChange={(event) => setSearch({ q: event.currentTarget.value || undefined }, { replace: true })} />
      </div>
      {rows.length > 0
        ? <DataTable label="Monitors" columns={columns} rows={rows} rowKey={keyOf} onOpen={({ monitor }) => void navigate({ to: '/crons/$slug', params: { slug: monitor.slug }, search: {} })} rowTone={({ environment }) => (environment?.status === 'failing' ? 'var(--sev-error)' : undefined)} />
        : <Empty title="No monitor matches">Names are searched.</Empty>}
    </>
  )
}
