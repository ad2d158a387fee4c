import { CloseButton } from '@mantine/core'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { truncateMiddle } from '@/shared/format/text'
import { formatFilter, negate, parseFilter } from './filter'
import css from './FilterBar.module.css'
import { type AppSearch, useAppSearch, useSetSearch } from './search'
import { SearchBox } from './SearchBox'

const SHORTCUTS = ['service', 'trace_id', 'user_id', 'session_id'] as const
export type Signal = 'logs' | 'spans' | 'errors' | 'events'

/** Search box with completion, and under it one chip for each filter that is on. */
export function FilterBar({ signal, placeholder, children }: { signal: Signal; placeholder: string; children?: ReactNode }) {
  return (
    <div className={css.bar}>
      <div className="row">
        <SearchBox signal={signal} placeholder={placeholder} />
        {children}
      </div>
      <ActiveFilters />
    </div>
  )
}

/** One chip for each filter of the address. */
export function ActiveFilters() {
  const search = useAppSearch()
  const setSearch = useSetSearch()
  const filters = search.filter ?? []
  const set = (change: Partial<AppSearch>) => setSearch({ ...change, item: undefined })
  const shortcuts = SHORTCUTS.filter((name) => search[name])
  if (filters.length === 0 && shortcuts.length === 0) return null
  return (
    <div className="row wrap" style={{ gap: 6 }} aria-label="Active filters">
      {shortcuts.map((name) => (
        <Chip key={name} text={`${name}=${search[name] ?? ''}`} onRemove={() => set({ [name]: undefined })} />
      ))}
      {filters.map((text, index) => {
        const without = filters.filter((_, other) => other !== index)
        const filter = parseFilter(text)
        return (
          <Chip key={text} text={text} onRemove={() => set({ filter: without })}
            onNegate={filter ? () => set({ filter: filters.map((one, at) => (at === index ? formatFilter(negate(filter)) : one)) }) : undefined} />
        )
      })}
      <button type="button" className="link" onClick={() => set({ filter: [], ...Object.fromEntries(SHORTCUTS.map((name) => [name, undefined])) })}>Clear all</button>
    </div>
  )
}

function Chip({ text, onRemove, onNegate }: { text: string; onRemove: () => void; onNegate?: (() => void) | undefined }) {
  return (
    <span className={css.chip}>
      <button type="button" disabled={!onNegate} title={onNegate ? `${text}\nClick to turn it round` : text} onClick={onNegate}>{truncateMiddle(text, 60)}</button>
      <CloseButton size={16} icon={<X size={11} />} aria-label={`Remove filter ${text}`} onClick={onRemove} />
    </span>
  )
}
