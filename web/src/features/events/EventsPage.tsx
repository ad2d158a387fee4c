import { useCallback } from 'react'
import { Link } from '@tanstack/react-router'
import type { ProductEvent } from '@/api/types'
import { FilterBar } from '@/shared/filters/FilterBar'
import { DataTable } from '@/shared/ui/DataTable'
import { Page } from '@/shared/ui/Page'
import { Empty, ErrorState } from '@/shared/ui/States'
import { DensitySwitch, ListEnd, TableSkeleton } from '@/shared/ui/TableParts'
import { useOpenItem } from '@/shared/ui/useOpenItem'
import { COLUMNS } from './columns'
import { EventDrawer } from './EventDrawer'
import { EventNames } from './EventNames'
import css from './events.module.css'
import { useEvent, useEvents } from './queries'

const keyOf = (row: ProductEvent) => row.uuid

export function EventsPage() {
  const events = useEvents()
  const { items, hasNextPage, isFetchingNextPage, fetchNextPage } = events
  const opened = useOpenItem(items, keyOf)
  const away = useEvent(events.isPending || opened.row ? undefined : opened.key)
  const more = useCallback(() => { if (hasNextPage && !isFetchingNextPage) void fetchNextPage() }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  return (
    <Page title="Events" actions={<><Link to="/events/schema" search={{}} className="link">Schema</Link><DensitySwitch /></>}>
      <FilterBar signal="events" placeholder="Search events, or filter: properties.plan=pro" />
      <div className={css.split}>
        <EventNames />
        {events.error && items.length === 0 ? <div className="spread"><ErrorState what="Events" error={events.error} retry={() => void events.refetch()} /></div>
          : events.isPending ? <TableSkeleton />
            : items.length === 0 ? <div className="spread"><NoEvents /></div>
              : (
                <DataTable label="Events" columns={COLUMNS} rows={items} rowKey={keyOf} openKey={opened.key} onOpen={opened.open} onNearEnd={more}
                  footer={<ListEnd loading={isFetchingNextPage} more={hasNextPage} count={items.length} noun="events" />} />
                )}
      </div>
      {opened.key && <EventDrawer event={opened.row ?? away.data} loading={events.isPending || away.isFetching} onClose={opened.close} onStep={opened.step} />}
    </Page>
  )
}

function NoEvents() {
  return (
    <Empty title="No events match" action={<Link to="/connect" search={{ tab: 'posthog-js' }} className="link">Connect posthog-js or another client</Link>}>
      Nothing was received for this project in this time range with these filters. Widen the range, remove a filter, or send an event.
    </Empty>
  )
}
