import { useCallback } from 'react'
import { Link } from '@tanstack/react-router'
import type { LogRecord } from '@/api/types'
import { FilterBar } from '@/shared/filters/FilterBar'
import { DataTable } from '@/shared/ui/DataTable'
import { Page } from '@/shared/ui/Page'
import { Empty, ErrorState } from '@/shared/ui/States'
import { DensitySwitch, ListEnd, TableSkeleton } from '@/shared/ui/TableParts'
import { useOpenItem } from '@/shared/ui/useOpenItem'
import { COLUMNS, logKey, logTone } from './columns'
import { LogDrawer } from './LogDrawer'
import { LogHistogram } from './LogHistogram'
import { SeverityFacets } from './SeverityFacets'
import { useLogRecord, useLogs } from './queries'

export function LogsPage() {
  const logs = useLogs()
  const { items, hasNextPage, isFetchingNextPage, fetchNextPage } = logs
  const opened = useOpenItem<LogRecord>(items, logKey)
  const away = useLogRecord(logs.isPending || opened.row ? undefined : opened.key)
  const more = useCallback(() => { if (hasNextPage && !isFetchingNextPage) void fetchNextPage() }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  return (
    <Page title="Logs" actions={<DensitySwitch />}>
      <FilterBar signal="logs" placeholder="Search log bodies, or filter: service=checkout attributes.http.route!=/health">
        <SeverityFacets />
      </FilterBar>
      <LogHistogram />
      {logs.error && items.length === 0 ? <ErrorState what="Logs" error={logs.error} retry={() => void logs.refetch()} />
        : logs.isPending ? <TableSkeleton />
          : items.length === 0 ? <NoLogs />
            : (
              <DataTable label="Logs" columns={COLUMNS} rows={items} rowKey={logKey} rowTone={logTone} openKey={opened.key} onOpen={opened.open} onNearEnd={more}
                footer={<ListEnd loading={isFetchingNextPage} more={hasNextPage} count={items.length} noun="records" />} />
              )}
      {opened.key && <LogDrawer record={opened.row ?? away.data} loading={logs.isPending || away.isFetching} onClose={opened.close} onStep={opened.step} />}
    </Page>
  )
}

function NoLogs() {
  return (
    <Empty title="No log records match" action={<Link to="/connect" search={{ tab: 'otel-python' }} className="link">Connect a log source</Link>}>
      Nothing was received for this project in this time range with these filters. Widen the range, remove a filter, or send logs.
    </Empty>
  )
}
