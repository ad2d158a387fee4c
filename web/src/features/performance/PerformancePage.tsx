import { TextInput } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { Search } from 'lucide-react'
import { useCallback, useMemo } from 'react'
import { ActiveFilters } from '@/shared/filters/FilterBar'
import { keptOf, useAppSearch, useSetSearch } from '@/shared/filters/search'
import { humanDuration, humanNumber } from '@/shared/format/numbers'
import { plural } from '@/shared/format/text'
import { DataTable } from '@/shared/ui/DataTable'
import { Page } from '@/shared/ui/Page'
import { Empty, ErrorState } from '@/shared/ui/States'
import { DensitySwitch, ListEnd, TableSkeleton } from '@/shared/ui/TableParts'
import { columnsOf } from './columns'
import { idOf, pageOf } from './doors'
import { estimate } from './format'
import css from './performance.module.css'
import { DEFAULT_SORT, useTransactions, useTrends } from './queries'
import { Threshold } from './Threshold'

/** Transactions by name, those that take the most of all time first. */
export function PerformancePage() {
  const list = useTransactions()
  const { items, first, isFetchingNextPage, hasNextPage, fetchNextPage } = list
  const search = useAppSearch()
  const { q = '', view = DEFAULT_SORT } = search
  const setSearch = useSetSearch()
  const navigate = useNavigate()
  const trends = useTrends(items)
  const columns = useMemo(() => columnsOf(trends, keptOf(search)), [trends, search])
  const more = useCallback(() => { if (hasNextPage && !isFetchingNextPage) void fetchNextPage() }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  const sort = useMemo(() => [{ id: view.replace(/^-/, ''), desc: view.startsWith('-') }], [view])
  return (
    <Page title="Performance" aside={first && first.transactions > 0 && [plural(first.transactions, 'transaction'), `${humanNumber(first.count)} runs`, humanDuration(first.time_spent_ns), estimate(first.sample_rate)].filter(Boolean).join(' · ')} actions={<><Threshold of={null} now={undefined} /><DensitySwitch /></>}>
      <div className={css.controls}>
        <TextInput className={css.find} leftSection={<Search size={13} />} placeholder="Find by name, or service:shop op:http.server" aria-label="Find a transaction" value={q} onChange={(event) => setSearch({ q: event.currentTarget.value || undefined }, { replace: true })} />
        <ActiveFilters />
      </div>
      {list.error && items.length === 0 ? <ErrorState what="Transactions" error={list.error} retry={() => void list.refetch()} />
        : list.isPending ? <TableSkeleton />
          : items.length === 0 ? <None searched={Boolean(q || search.filter || search.service)} />
            : (
              <DataTable label="Transactions" columns={columns} rows={items} rowKey={idOf} onNearEnd={more} sort={sort}
                onSort={([by]) => setSearch({ view: by ? `${by.desc ? '-' : ''}${by.id}` : undefined }, { replace: true })}
                onOpen={(row) => void navigate({ to: '/performance/transaction', search: { ...keptOf(search), ...pageOf(row) } })}
                footer={<ListEnd loading={isFetchingNextPage} more={hasNextPage} count={items.length} noun="transactions" />} />
              )}
    </Page>
  )
}

function None({ searched }: { searched: boolean }) {
  if (searched) return <Empty title="No transaction matches">Words are looked for in names; service:, op:, release: and environment: must match exactly.</Empty>
  return (
    <Empty title="No transaction in this time range" action={<Link to="/connect" search={{ tab: 'otel-python' }} className="link">Connect OpenTelemetry or a Sentry SDK</Link>}>
      A transaction is where work enters a service: a request, a job, a message. It is here as soon as tracing sends its span.
    </Empty>
  )
}
