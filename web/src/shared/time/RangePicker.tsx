import { Button, Popover, TextInput } from '@mantine/core'
import { CalendarClock, ChevronDown } from 'lucide-react'
import { useState } from 'react'
import { useScope } from '@/shared/filters/scope'
import { useSetSearch } from '@/shared/filters/search'
import { isValidTime, PRESETS, rangeLabel, timeToMs } from './range'
import css from './RangePicker.module.css'

export function RangePicker() {
  const { range } = useScope()
  const setSearch = useSetSearch()
  const [opened, setOpened] = useState(false)
  const choose = (since: string, until = 'now') => {
    setOpened(false)
    setSearch({ since, until: until === 'now' ? undefined : until, ...(until !== 'now' && { live: undefined }) })
  }
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={420} trapFocus>
      <Popover.Target>
        <Button variant="default" leftSection={<CalendarClock size={14} />} rightSection={<ChevronDown size={13} />} onClick={() => setOpened(!opened)} aria-label={`Time range: ${rangeLabel(range)}`}>
          {rangeLabel(range)}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={0}>
        <div className={css.picker}>
          <div className={css.presets}>
            {PRESETS.map((preset) => (
              <button key={preset.since} type="button" className={css.preset} data-active={(range.since === preset.since && range.until === 'now') || undefined} onClick={() => choose(preset.since)}>
                {preset.label}
              </button>
            ))}
          </div>
          <Absolute key={`${range.since} ${range.until}`} since={range.since} until={range.until} onChoose={choose} />
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}

/** Local wall-clock text for one edge, or the relative word it already is. */
function edgeText(time: string): string {
  if (time === 'now' || time.startsWith('-')) return time
  const date = new Date(timeToMs(time))
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19).replace('T', ' ')
}
function edgeTime(text: string): string {
  const word = text.trim()
  if (word === 'now' || /^-\d+[smhdw]$/.test(word)) return word
  const date = new Date(word.replace(' ', 'T'))
  return Number.isNaN(date.getTime()) ? word : date.toISOString()
}

function Absolute({ since, until, onChoose }: { since: string; until: string; onChoose: (since: string, until: string) => void }) {
  const [from, setFrom] = useState(edgeText(since))
  const [to, setTo] = useState(edgeText(until))
  const [a, b] = [edgeTime(from), edgeTime(to)]
  const wrong = !isValidTime(a) || !isValidTime(b) ? 'Write a time such as 2026-01-31 14:00 or -2h'
    : timeToMs(a) >= timeToMs(b) ? 'The start must be before the end' : null
  return (
    <form className={css.absolute} onSubmit={(event) => { event.preventDefault(); if (!wrong) onChoose(a, b) }}>
      <TextInput label="From" value={from} onChange={(event) => setFrom(event.currentTarget.value)} />
      <TextInput label="To" value={to} onChange={(event) => setTo(event.currentTarget.value)} />
      <div className={wrong ? 'bad' : 'faint'} style={{ fontSize: 12 }}>{wrong ?? `Times are in ${Intl.DateTimeFormat().resolvedOptions().timeZone}`}</div>
      <Button type="submit" disabled={wrong !== null}>Apply</Button>
    </form>
  )
}
