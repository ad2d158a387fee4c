import { ActionIcon, Button, Select, Tooltip } from '@mantine/core'
import { Keyboard, X } from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import { ActiveFilters } from '@/shared/filters/FilterBar'
import { useAppSearch, useSetSearch } from '@/shared/filters/search'
import { humanNumber } from '@/shared/format/numbers'
import { plural } from '@/shared/format/text'
import { DataTable } from '@/shared/ui/DataTable'
import { useKeys } from '@/shared/ui/keys'
import { Page } from '@/shared/ui/Page'
import { Empty, ErrorState } from '@/shared/ui/States'
import { DensitySwitch, ListEnd, TableSkeleton } from '@/shared/ui/TableParts'
import { useOpenItem } from '@/shared/ui/useOpenItem'
import { COLUMNS } from './columns'
import css from './feedback.module.css'
import { FeedbackDrawer } from './FeedbackDrawer'
import { HowToCollect } from './HowToCollect'
import { KeyHelp } from './KeyHelp'
import { tabOf, useFeedbackList } from './queries'
import { SearchLine } from './SearchLine'
import { ABOUT, type Feedback, type FeedbackPageAnswer, type Status, TABS } from './types'
import { type Decide, useDecide } from './useDecide'

const keyOf = (row: Feedback) => row.id

export function FeedbackPage() {
  const list = useFeedbackList()
  const { items } = list
  const { view } = useAppSearch()
  const setSearch = useSetSearch()
  const [help, setHelp] = useState(false)
  const { decide, notice } = useDecide()
  const opened = useOpenItem(items, keyOf)
  useKeys({ '?': () => setHelp(true) })
  // An inbox goes on: what was dealt with makes room for the next.
  const deal: Decide = (rows, status) => {
    const [row] = rows
    if (row && opened.key === row.id && opened.row) {
      const at = items.indexOf(opened.row)
      const next = items[at + 1] ?? items[at - 1]
      if (next) opened.open(next)
      else opened.close()
    }
    decide(rows, status)
  }
  return (
    <Page title="Feedback" aside={list.chosen ? undefined : 'of the last 14 days, until you choose a range'}
      actions={<><DensitySwitch /><Tooltip label="Keys (?)"><ActionIcon aria-label="Keys" onClick={() => setHelp(true)}><Keyboard size={15} /></ActionIcon></Tooltip></>}>
      <div className={css.bar}>
        <div className="row">
          <SearchLine />
          <Select size="xs" w={150} data={ABOUT} value={view ?? ''} aria-label="About" allowDeselect={false} onChange={(value) => setSearch({ view: value || undefined, item: undefined })} />
        </div>
        <ActiveFilters />
        <Tabs first={list.first} />
      </div>
      <Rows list={list} openKey={opened.key} open={opened.open} decide={decide} />
      {opened.key && <FeedbackDrawer key={opened.key} id={opened.key} onClose={opened.close} onStep={opened.step} decide={deal} />}
      {notice}
      <KeyHelp opened={help} onClose={() => setHelp(false)} />
    </Page>
  )
}

function Tabs({ first }: { first: FeedbackPageAnswer | undefined }) {
  const { tab } = useAppSearch()
  const setSearch = useSetSearch()
  const on = tabOf(tab)
  return (
    <div className={css.tabs} role="tablist" aria-label="Status">
      {TABS.map((one) => (
        <button key={one} type="button" role="tab" aria-selected={one === on} onClick={() => setSearch({ tab: one === 'new' ? undefined : one, item: undefined })}>
          {one}{first && one !== 'all' && <span className="num">{humanNumber(first.counts[one] ?? 0)}</span>}
        </button>
      ))}
    </div>
  )
}

function Rows({ list, openKey, open, decide }: { list: ReturnType<typeof useFeedbackList>; openKey: string | undefined; open: (row: Feedback) => void; decide: Decide }) {
  const { items, first, hasNextPage, isFetchingNextPage, fetchNextPage } = list
  const { tab } = useAppSearch()
  // A tab of one status says it already.
  const columns = useMemo(() => COLUMNS.filter(({ id }) => id !== 'status' || tabOf(tab) === 'all'), [tab])
  const more = useCallback(() => { if (hasNextPage && !isFetchingNextPage) void fetchNextPage() }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  if (list.error && items.length === 0) return <ErrorState what="Feedback" error={list.error} retry={() => void list.refetch()} />
  if (list.isPending) return <TableSkeleton />
  if (items.length === 0) return <Nothing first={first} />
  const mark = (status: Status) => (rows: Feedback[], clear: () => void) => { decide(rows, status); clear() }
  const resolve = (rows: Feedback[], clear: () => void) => { decide(rows, rows.every((row) => row.status === 'resolved') ? 'new' : 'resolved'); clear() }
  return (
    <DataTable label="Feedback" columns={columns} rows={items} rowKey={keyOf} openKey={openKey} onOpen={open} onNearEnd={more}
      selection={(rows, clear) => <Bulk rows={rows} clear={clear} decide={decide} />}
      // While one is open, its drawer has the keys: a row may be open that is not in the list.
      rowKeys={openKey ? {} : { e: resolve, s: mark('spam') }}
      footer={first?.truncated && !hasNextPage ? <ListEnd loading={false} more={false} count={items.length} noun="of the newest 10,000" />
        : <ListEnd loading={isFetchingNextPage} more={hasNextPage} count={first?.total ?? items.length} noun="messages" />} />
  )
}

function Bulk({ rows, clear, decide }: { rows: Feedback[]; clear: () => void; decide: Decide }) {
  const button = (status: Status, word: string) => (
    <Button size="compact-sm" variant="default" disabled={rows.every((row) => row.status === status)} onClick={() => { decide(rows, status); clear() }}>{word}</Button>
  )
  return (
    <div className={css.bulk} role="toolbar" aria-label="Selected feedback">
      <b className="num">{plural(rows.length, 'message')}</b>
      {button('resolved', 'Resolve')}{button('spam', 'Spam')}{button('new', 'Back to new')}
      <Button size="compact-sm" variant="subtle" color="gray" aria-label="Clear the selection" onClick={clear}><X size={13} /></Button>
    </div>
  )
}

function Nothing({ first }: { first: FeedbackPageAnswer | undefined }) {
  const { q, tab, view, filter, since } = useAppSearch()
  const dealt = Object.values(first?.counts ?? {}).reduce((sum, one) => sum + one, 0)
  if (dealt > 0) return <Empty title={tabOf(tab) === 'new' ? 'The inbox is empty' : `Nothing is ${tabOf(tab)}`}>Everything else that matches is in the other tabs.</Empty>
  if (q || view || (filter?.length ?? 0) > 0) return <Empty title="No feedback matches">Nothing that was written in this range matches. Try fewer words, no filter, or a longer range.</Empty>
  return <HowToCollect title={since ? 'Nobody wrote anything in this range' : 'Nobody has written anything yet'} />
}
