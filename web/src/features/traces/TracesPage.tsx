import { SegmentedControl, Select } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { useCallback } from 'react'
import type { Span } from '@/api/types'
import { FilterBar } from '@/shared/filters/FilterBar'
import { useAppSearch, useSetSearch } from '@/shared/filters/search'
import { DataTable } from '@/shared/ui/DataTable'
import { Page } from '@/shared/ui/Page'
import { Empty, ErrorState } from '@/shared/ui/States'
import { DensitySwitch, ListEnd, TableSkeleton } from '@/shared/ui/TableParts'
import { COLUMNS, isFailed } from './columns'
import { useTraces } from './queries'

const DURATIONS = [{ value: '10', label: 'over 10 ms' }, { value: '100', label: 'over 100 ms' }, { value: '500', label: 'over 500 ms' }, { value: '1000', label: 'over 1 s' }, { value: '5000', label: 'over 5 s' }]

export function TracesPage() {
  const traces = useTraces()
  const { items, hasNextPage, isFetchingNextPage, fetchNextPage } = traces
  const navigate = useNavigate()
  const open = (span: Span) => void navigate({ to: '/traces/$traceId', params: { traceId: span.trace_id }, search: { item: span.is_segment ? undefined : span.span_id } })
  const more = useCallback(() => { if (hasNextPage && !isFetchingNextPage) void fetchNextPage() }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  return (
    <Page title="Traces" actions={<DensitySwitch />}>
      <FilterBar signal="spans" placeholder="Search spans by name, or filter: service=checkout status_code=error"><Controls /></FilterBar>
      {traces.error && items.length === 0 ? <ErrorState what="Traces" error={traces.error} retry={() => void traces.refetch()} />
        : traces.isPending ? <TableSkeleton />
          : items.length === 0 ? <NoTraces />
            : (
              <DataTable label="Traces" columns={COLUMNS} rows={items} rowKey={(row) => `${row.trace_id}/${row.span_id}`} onOpen={open} onNearEnd={more}
                rowTone={(row) => (isFailed(row) ? 'var(--sev-error)' : undefined)}
                footer={<ListEnd loading={isFetchingNextPage} more={hasNextPage} count={items.length} noun="traces" />} />
              )}
    </Page>
  )
}

function Controls() {
  const { view, min_ms } = useAppSearch()
  const setSearch = useSetSearch()
  return (
    <>
      <Select aria-label="Shortest duration" placeholder="Any duration" clearable w={128} data={DURATIONS} value={min_ms ?? null} onChange={(value) => setSearch({ min_ms: value ?? undefined })} />
      <SegmentedControl size="xs" transitionDuration={0} aria-label="Rows" data={[{ value: 'roots', label: 'Traces' }, { value: 'spans', label: 'All spans' }]} value={view ?? 'roots'} onChange={(value) => setSearch({ view: value === 'roots' ? undefined : value })} />
    </>
  )
}

function NoTraces() {
  return (
    <Empty title="No traces match" action={<Link to="/connect" search={{ tab: 'otel-python' }} className="link">Connect OpenTelemetry or a Sentry SDK</Link>}>
      No span was received in this time range with these filters. Widen the range, remove a filter, or turn tracing on in your SDK.
    </Empty>
  )
}
