import { ActionIcon, Select, Tooltip } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { Keyboard } from 'lucide-react'
import { useCallback, useState } from 'react'
import { ApiError } from '@/api/client'
import { KindFilter } from '@/features/detectors/KindFilter'
import { ActiveFilters } from '@/shared/filters/FilterBar'
import { useAppSearch, useSetSearch } from '@/shared/filters/search'
import { humanNumber } from '@/shared/format/numbers'
import { DataTable } from '@/shared/ui/DataTable'
import { useKeys } from '@/shared/ui/keys'
import { Page } from '@/shared/ui/Page'
import { Empty, ErrorState } from '@/shared/ui/States'
import { DensitySwitch, ListEnd, TableSkeleton } from '@/shared/ui/TableParts'
import { BulkBar } from './BulkBar'
import { COLUMNS } from './columns'
import { Discarded } from './Discarded'
import css from './issues.module.css'
import { KeyHelp } from './KeyHelp'
import { AssignMenu } from './Menus'
import { tabOf, useIssues, useIssueScope, useMatching } from './queries'
import { SavedSearches } from './SavedSearches'
import { SearchBar } from './SearchBar'
import { type Issue, type IssuePageAnswer, type Matching, SORTS, TABS } from './types'
import { DecideOfAll, DecideProvider, useDecide } from './useDecide'

export function IssuesPage() {
  return <DecideProvider><Issues /></DecideProvider>
}

function Issues() {
  const list = useIssues()
  const { chosen } = useIssueScope()
  const { view } = useAppSearch()
  const setSearch = useSetSearch()
  const [help, setHelp] = useState(false)
  useKeys({ '?': () => setHelp(true) })
  const refused = list.error instanceof ApiError && list.error.code === 'bad_search' ? list.error.message : null
  return (
    <Page title="Issues" aside={chosen ? undefined : 'of the last 14 days, until you choose a range'}
      actions={<><SavedSearches /><DensitySwitch /><Tooltip label="Keys (?)"><ActionIcon aria-label="Keys" onClick={() => setHelp(true)}><Keyboard size={15} /></ActionIcon></Tooltip></>}>
      <div className={css.bar}>
        <div className="row" style={{ alignItems: 'flex-start' }}>
          <SearchBar problem={refused} />
          <Select size="xs" w={118} data={SORTS} value={view ?? 'last_seen'} aria-label="Sort by" allowDeselect={false} onChange={(value) => setSearch({ view: value === 'last_seen' ? undefined : value ?? undefined })} />
        </div>
        <ActiveFilters />
        <div className="row"><Tabs first={list.first} /><div className="spread" /><KindFilter /><Discarded /></div>
      </div>
      <Rows list={list} refused={refused !== null} />
      <KeyHelp of="list" opened={help} onClose={() => setHelp(false)} />
    </Page>
  )
}

function Tabs({ first }: { first: IssuePageAnswer | undefined }) {
  const { tab } = useAppSearch()
  const setSearch = useSetSearch()
  const on = tabOf(tab)
  return (
    <div className={css.tabs} role="tablist" aria-label="State">
      {TABS.map((one) => (
        <button key={one} type="button" role="tab" aria-selected={one === on} onClick={() => setSearch({ tab: one === 'unresolved' ? undefined : one })}>
          {one}{first && one !== 'all' && <span className="num">{humanNumber(first.counts[one] ?? 0)}</span>}
        </button>
      ))}
    </div>
  )
}

function Rows({ list, refused }: { list: ReturnType<typeof useIssues>; refused: boolean }) {
  const { items, first, hasNextPage, isFetchingNextPage, fetchNextPage } = list
  const own = useDecide()
  const matching = useMatching() as Matching
  const navigate = useNavigate()
  const [assigning, setAssigning] = useState<{ issues: Issue[]; clear: () => void } | null>(null)
  // All that match are meant until the selection or the question is another one.
  const asked = JSON.stringify(matching)
  const [meant, setMeant] = useState<{ asked: string; selected: number } | null>(null)
  const total = first?.total ?? items.length
  const ofAll = (rows: Issue[]) => meant !== null && meant.asked === asked && meant.selected === rows.length
  const of = (rows: Issue[]) => (ofAll(rows) ? own.all(matching, total) : own)
  const forget = useCallback(() => setMeant(null), [])
  const done = (clear: () => void) => () => { setMeant(null); clear() }
  const open = (issue: Issue) => void navigate({ to: '/issues/$issue', params: { issue: issue.id }, search: {} })
  const more = useCallback(() => { if (hasNextPage && !isFetchingNextPage) void fetchNextPage() }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  if (refused) return <Empty title="This search does not read">The line above says where. Every part has to match: is:unresolved level:error key:value &quot;words&quot;.</Empty>
  if (list.error && items.length === 0) return <ErrorState what="Issues" error={list.error} retry={() => void list.refetch()} />
  if (list.isPending) return <TableSkeleton />
  if (items.length === 0) return <NoIssues />
  return (
    <>
      <DataTable label="Issues" columns={COLUMNS} rows={items} rowKey={(row) => row.id} onOpen={open} onNearEnd={more}
        selection={(rows, clear) => (
          <DecideOfAll on={ofAll(rows)} matching={matching} total={total}>
            <BulkBar issues={rows} clear={done(clear)} all={{ total, loaded: items.length, on: ofAll(rows), choose: () => setMeant({ asked, selected: rows.length }), forget }} />
          </DecideOfAll>
        )}
        rowKeys={{
          e: (rows, clear) => { of(rows).change(rows, { status: 'resolved' }, 'Resolved'); done(clear)() },
          z: (rows, clear) => { of(rows).change(rows, { status: 'archived', archived_until: 'escalating' }, 'Archived until it escalates'); done(clear)() },
          a: (issues, clear) => setAssigning({ issues, clear }),
          m: (rows, clear) => { if (rows.length > 1 && !ofAll(rows)) { own.merge(rows); clear() } },
        }}
        footer={<ListEnd loading={isFetchingNextPage} more={hasNextPage} count={total} noun="issues" />} />
      {assigning && (
        <div className={css.assigning}>
          <DecideOfAll on={ofAll(assigning.issues)} matching={matching} total={total}>
            <AssignMenu issues={assigning.issues} after={done(assigning.clear)} opened onChange={(opened) => { if (!opened) setAssigning(null) }} target={<span />} />
          </DecideOfAll>
        </div>
      )}
    </>
  )
}

function NoIssues() {
  const { q, tab } = useAppSearch()
  if (!q && tabOf(tab) === 'unresolved') {
    return (
      <Empty title="Nothing is unresolved" action={<Link to="/connect" search={{ tab: 'sentry-python' }} className="link">Connect a Sentry SDK</Link>}>
        Everything seen in this range is resolved or archived, nothing broke, or no error source is connected yet.
      </Empty>
    )
  }
  return <Empty title="No issues match">No error of this range matches the search. Try another tab, fewer parts, or a longer range.</Empty>
}
