import { Button, TextInput } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { Pause, Play, Search } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useScope } from '@/shared/filters/scope'
import { useAppSearch, useSetSearch } from '@/shared/filters/search'
import { DataTable } from '@/shared/ui/DataTable'
import { useKeys } from '@/shared/ui/keys'
import { Page } from '@/shared/ui/Page'
import { Empty } from '@/shared/ui/States'
import { DensitySwitch } from '@/shared/ui/TableParts'
import { COLUMNS } from './columns'
import css from './live.module.css'
import { type LiveRow, type LiveSignal, matches, SIGNALS, WORDS } from './rows'
import { useLiveStream } from './useLiveStream'

const keyOf = (row: LiveRow) => row.key

export function LivePage() {
  const { base, project } = useScope()
  const { q = '', signals } = useAppSearch()
  const setSearch = useSetSearch()
  const [paused, setPaused] = useState(false)
  const wanted = SIGNALS.filter((signal) => !signals || signals.includes(signal))
  const live = useLiveStream(base, wanted, paused)
  const words = useMemo(() => q.toLowerCase().split(/\s+/).filter(Boolean), [q])
  const rows = useMemo(() => (words.length ? live.rows.filter((row) => matches(row, words)) : live.rows), [live.rows, words])
  useKeys({ p: () => setPaused(!paused) })
  const toggle = (signal: LiveSignal) => {
    const next = wanted.includes(signal) ? wanted.filter((one) => one !== signal) : [...wanted, signal]
    setSearch({ signals: next.length === SIGNALS.length || next.length === 0 ? undefined : next })
  }
  return (
    <Page title="Live" aside="everything arriving in this project, whatever the time range and release" actions={<><Status live={live} paused={paused} /><DensitySwitch /></>}>
      <div className={css.bar}>
        <TextInput className={css.text} leftSection={<Search size={13} />} placeholder="Keep rows that contain these words" aria-label="Filter text" value={q} onChange={(event) => setSearch({ q: event.currentTarget.value || undefined }, { replace: true })} />
        <div className={css.signals} role="group" aria-label="Signals">
          {SIGNALS.map((signal) => <button key={signal} type="button" aria-pressed={wanted.includes(signal)} onClick={() => toggle(signal)}>{WORDS[signal]}</button>)}
        </div>
        <Button variant="default" leftSection={paused ? <Play size={13} /> : <Pause size={13} />} onClick={() => setPaused(!paused)} title="p">
          {paused ? `Resume${live.waiting ? ` (${live.waiting.toLocaleString('en')} waiting)` : ''}` : 'Pause'}
        </Button>
        <Button variant="subtle" color="gray" onClick={live.clear}>Clear</Button>
      </div>
      {rows.length > 0 ? <DataTable label="Live" columns={COLUMNS} rows={rows} rowKey={keyOf} keepPlace />
        : (
          <Empty title={live.rows.length > 0 ? 'No row contains these words' : live.connected ? 'Waiting for the first item' : 'Connecting'} action={<Link to="/connect" search={{}} className="link">Connect an application</Link>}>
            Items of {project?.name ?? 'this project'} show here within two seconds of arriving.
          </Empty>
        )}
    </Page>
  )
}

function Status({ live, paused }: { live: { connected: boolean; dropped: number; received: number }; paused: boolean }) {
  const word = !live.connected ? 'Reconnecting' : paused ? 'Paused' : 'Live'
  return (
    <span className="row num" aria-live="polite">
      {live.dropped > 0 && <span style={{ color: 'var(--sev-warn)' }} title="More arrived than a live view shows; nothing is missing in the lists.">+{live.dropped.toLocaleString('en')} more</span>}
      <span className="dim">{live.received.toLocaleString('en')} received</span>
      <span className={css.status} data-state={word}><i />{word}</span>
    </span>
  )
}
