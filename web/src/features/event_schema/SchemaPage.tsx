import { SegmentedControl, TextInput } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { Search } from 'lucide-react'
import { useMemo } from 'react'
import type { EventSchema, SchemaEvent } from '@/api/types'
import { useAppSearch, useSetSearch } from '@/shared/filters/search'
import { plural } from '@/shared/format/text'
import { DataTable } from '@/shared/ui/DataTable'
import { Page } from '@/shared/ui/Page'
import { Empty, Loading } from '@/shared/ui/States'
import { DensitySwitch, TableSkeleton } from '@/shared/ui/TableParts'
import { useOpenItem } from '@/shared/ui/useOpenItem'
import { Ago } from '@/shared/ui/Values'
import { COLUMNS } from './columns'
import css from './event_schema.module.css'
import { HowToDeclare } from './HowToDeclare'
import { isBuiltIn, judge, meaningOf } from './judge'
import { useEventSchema } from './queries'
import { SchemaDrawer } from './SchemaDrawer'

const VIEWS = [
  { value: 'all', label: 'All' }, { value: 'declared', label: 'Declared' },
  { value: 'undeclared', label: 'Not declared' }, { value: 'own', label: 'Built in' }, { value: 'attention', label: 'Needs attention' },
]
const keyOf = (row: SchemaEvent) => row.name

export function SchemaPage() {
  const schema = useEventSchema()
  return (
    <Page title="Event schema" aside={schema.data && <Sources schema={schema.data} />} actions={<><Link to="/events" search={{}} className={`link ${css.back}`}>All events</Link><DensitySwitch /></>}>
      <Loading query={schema} what="The event schema" skeleton={<TableSkeleton />}>{(data) => <Schema data={data} />}</Loading>
    </Page>
  )
}

function Sources({ schema: { sources } }: { schema: EventSchema }) {
  const [first] = sources
  if (!first) return null
  const latest = sources.reduce((newest, one) => (one.pushed_at > newest.pushed_at ? one : newest), first)
  return (
    <span className={css.sources} title={sources.map((one) => `${one.source}: ${plural(one.events, 'event')}`).join('\n')}>
      {sources.length === 1 ? `declared by ${first.source}` : `declared by ${plural(sources.length, 'source')}`}, last pushed <Ago time={latest.pushed_at} />
    </span>
  )
}

function Schema({ data }: { data: EventSchema }) {
  const { q = '', view = 'all' } = useAppSearch()
  const setSearch = useSetSearch()
  const shown = useMemo(() => data.events.filter((row) => matches(row, q, view)), [data, q, view])
  const opened = useOpenItem(shown, keyOf)
  const open = opened.row ?? data.events.find((row) => row.name === opened.key)
  return (
    <>
      {data.sources.length === 0 && <HowToDeclare seen={data.events.filter(({ name }) => !isBuiltIn(name)).length} />}
      {data.events.length > 0 && (
        <>
          <div className={css.controls}>
            <TextInput className={css.find} leftSection={<Search size={13} />} placeholder="Find by name, description, owner or property" aria-label="Find an event" value={q} onChange={(event) => setSearch({ q: event.currentTarget.value || undefined }, { replace: true })} />
            {data.sources.length > 0 && <SegmentedControl size="xs" transitionDuration={0} aria-label="Which events" data={VIEWS} value={view} onChange={(value) => setSearch({ view: value === 'all' ? undefined : value })} />}
          </div>
          {shown.length > 0
            ? <DataTable label="Event schema" columns={COLUMNS} rows={shown} rowKey={keyOf} openKey={opened.key} onOpen={opened.open} rowTone={(row) => (judge(row).tone === 'error' ? 'var(--sev-error)' : undefined)} />
            : <div className="spread"><Empty title="No event matches" action={<button type="button" className="link" onClick={() => setSearch({ q: undefined, view: undefined })}>Show all events</button>}>{view === 'attention' && !q ? 'What came in this time range is as declared.' : 'Names, descriptions, owners and properties are searched.'}</Empty></div>}
        </>
      )}
      {opened.key !== undefined && <SchemaDrawer name={opened.key} row={open} onClose={opened.close} onStep={opened.step} />}
    </>
  )
}

function matches(row: SchemaEvent, q: string, view: string): boolean {
  const { tone } = judge(row)
  if (view === 'declared' && row.versions.length === 0) return false
  if (view === 'undeclared' && (row.versions.length > 0 || tone === 'own')) return false
  if (view === 'own' && tone !== 'own') return false
  if (view === 'attention' && tone !== 'error' && tone !== 'warn') return false
  const [latest] = row.versions
  return `${row.name} ${latest?.description ?? ''} ${latest?.owner ?? ''} ${Object.keys(latest?.properties ?? {}).join(' ')} ${meaningOf(row.name) ?? ''}`.toLowerCase().includes(q.toLowerCase())
}
