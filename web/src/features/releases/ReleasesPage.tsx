import { TextInput } from '@mantine/core'
import { Search } from 'lucide-react'
import type { Release } from '@/api/types'
import { useAppSearch, useSetSearch } from '@/shared/filters/search'
import { DataTable } from '@/shared/ui/DataTable'
import { Page } from '@/shared/ui/Page'
import { Empty, Loading } from '@/shared/ui/States'
import { DensitySwitch, TableSkeleton } from '@/shared/ui/TableParts'
import { COLUMNS } from './columns'
import { useReleases } from './queries'
import css from './releases.module.css'

const keyOf = (row: Release) => row.version

/** Every release that something in the time range names, the newest first. */
export function ReleasesPage() {
  const releases = useReleases()
  const { q = '' } = useAppSearch()
  const setSearch = useSetSearch()
  return (
    <Page title="Releases" actions={<DensitySwitch />}>
      <div className={css.controls}>
        <TextInput className={css.find} leftSection={<Search size={13} />} placeholder="Find a release" aria-label="Find a release" value={q} onChange={(event) => setSearch({ q: event.currentTarget.value || undefined }, { replace: true })} />
      </div>
      <Loading query={releases} what="Releases" skeleton={<TableSkeleton />}>
        {({ items }) => items.length > 0
          ? <DataTable label="Releases" columns={COLUMNS} rows={items} rowKey={keyOf} />
          : <Empty title={q ? 'No release matches' : 'No release in this time range'}>A release is here as soon as an error, a session or a span names it (`release` in the SDK), or `sentry-cli releases new` creates it.</Empty>}
      </Loading>
    </Page>
  )
}
