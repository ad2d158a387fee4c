import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { useAppSearch, useSetSearch } from '@/shared/filters/search'
import { Lines } from '@/shared/ui/States'
import { Num } from '@/shared/ui/Values'
import css from './events.module.css'
import { useEventNames } from './queries'

/** Every event name in the range with its count; a click keeps only that one. */
export function EventNames() {
  const { data, error } = useEventNames()
  const { event } = useAppSearch()
  const setSearch = useSetSearch()
  const [wanted, setWanted] = useState('')
  const shown = data?.items.filter((item) => item.event.toLowerCase().includes(wanted.toLowerCase())) ?? []
  return (
    <aside className={css.names} aria-label="Event names">
      <header><TextInput placeholder="Find an event name" value={wanted} onChange={(change) => setWanted(change.currentTarget.value)} /></header>
      <div className="scroll">
        {!data && !error && <div className="pad"><Lines count={8} height={10} /></div>}
        {error && <div className={css.empty}>Names could not be loaded</div>}
        {shown.map((item) => (
          <button key={item.event} type="button" className={css.name} aria-pressed={event === item.event}
            onClick={() => setSearch({ event: event === item.event ? undefined : item.event, item: undefined })}>
            <span className="ellipsis" title={item.event}>{item.event}</span><Num value={item.count} />
          </button>
        ))}
        {data && shown.length === 0 && <div className={css.empty}>{wanted ? 'No name matches' : 'No events in this range'}</div>}
      </div>
    </aside>
  )
}
