import { Link, useNavigate } from '@tanstack/react-router'
import { useCallback } from 'react'
import type { ErrorGroup } from '@/api/types'
import { FilterBar } from '@/shared/filters/FilterBar'
import { DataTable } from '@/shared/ui/DataTable'
import { Page } from '@/shared/ui/Page'
import { Empty, ErrorState } from '@/shared/ui/States'
import { DensitySwitch, ListEnd, TableSkeleton } from '@/shared/ui/TableParts'
import { COLUMNS, UNSORTABLE } from './columns'
import { useErrorGroups } from './queries'

export function ErrorsPage() {
  const groups = useErrorGroups()
  const { items, hasNextPage, isFetchingNextPage, fetchNextPage } = groups
  const navigate = useNavigate()
  const open = (group: ErrorGroup) => void navigate({ to: '/errors/$fingerprint', params: { fingerprint: group.fingerprint }, search: {} })
  const more = useCallback(() => { if (hasNextPage && !isFetchingNextPage) void fetchNextPage() }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  return (
    <Page title="Errors" aside="grouped by what broke" actions={<DensitySwitch />}>
      <FilterBar signal="errors" placeholder="Search errors, or filter: type=ValueError handled=false" />
      {groups.error && items.length === 0 ? <ErrorState what="Errors" error={groups.error} retry={() => void groups.refetch()} />
        : groups.isPending ? <TableSkeleton />
          : items.length === 0 ? <NoErrors />
            : (
              <DataTable label="Errors" columns={hasNextPage ? UNSORTABLE : COLUMNS} rows={items} rowKey={(row) => row.fingerprint} onOpen={open} onNearEnd={more}
                footer={<ListEnd loading={isFetchingNextPage} more={hasNextPage} count={items.length} noun="groups" />} />
              )}
    </Page>
  )
}

function NoErrors() {
  return (
    <Empty title="No errors match" action={<Link to="/connect" search={{ tab: 'sentry-python' }} className="link">Connect a Sentry SDK</Link>}>
      Nothing broke in this time range with these filters, or no error source is connected yet.
    </Empty>
  )
}
