import { CloseButton } from '@mantine/core'
import { Search, X } from 'lucide-react'
import { useEffect, useId, useRef, useState } from 'react'
import { addFilter, splitSearch } from './filter'
import type { Signal } from './FilterBar'
import css from './FilterBar.module.css'
import { useAppSearch, useSetSearch } from './search'
import { useCompletion } from './useCompletion'

export function SearchBox({ signal, placeholder }: { signal: Signal; placeholder: string }) {
  const search = useAppSearch()
  const setSearch = useSetSearch()
  const [text, setText] = useState(search.q ?? '')
  const [open, setOpen] = useState(false)
  const [active, setActive] = useState(-1)
  const input = useRef<HTMLInputElement>(null)
  const listId = useId()
  const { options, complete } = useCompletion(signal, text, open)

  const [shownQ, setShownQ] = useState(search.q)
  if (shownQ !== search.q) { setShownQ(search.q); setText(search.q ?? '') }
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      if (event.key !== '/' || (event.target as HTMLElement).closest('input, textarea, [contenteditable]')) return
      event.preventDefault()
      input.current?.focus()
    }
    window.addEventListener('keydown', focus)
    return () => window.removeEventListener('keydown', focus)
  }, [])

  const apply = (value: string) => {
    const { filters, q } = splitSearch(value)
    setText(q)
    setOpen(false)
    setSearch({ q: q || undefined, filter: filters.reduce(addFilter, search.filter ?? []), item: undefined })
  }
  const pick = (index: number) => {
    const option = options[index]
    if (!option) return
    const next = complete(option)
    setActive(-1)
    if (option.final) apply(next)
    else setText(next)
  }
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      setOpen(true)
      setActive(Math.max(-1, Math.min(options.length - 1, active + (event.key === 'ArrowDown' ? 1 : -1))))
    } else if (event.key === 'Tab' && open && options.length > 0 && text) {
      event.preventDefault()
      pick(Math.max(0, active))
    } else if (event.key === 'Enter') {
      if (active >= 0) pick(active)
      else apply(text)
    } else if (event.key === 'Escape') {
      if (open) setOpen(false)
      else input.current?.blur()
    }
  }
  return (
    <div className={css.box}>
      <Search size={14} className={css.icon} />
      <input
        ref={input} className={css.input} placeholder={placeholder} value={text} spellCheck={false} autoComplete="off"
        role="combobox" aria-label="Search" aria-expanded={open && options.length > 0} aria-controls={listId}
        onChange={(event) => { setText(event.currentTarget.value); setOpen(true); setActive(-1) }}
        onFocus={() => setOpen(true)} onBlur={() => setOpen(false)} onKeyDown={onKeyDown}
      />
      {text && <CloseButton className={css.clear} size={20} icon={<X size={13} />} aria-label="Clear search" onClick={() => apply('')} />}
      {open && options.length > 0 && (
        <ul className={css.list} role="listbox" id={listId} onMouseDown={(event) => event.preventDefault()}>
          {options.map((option, index) => (
            <li key={option.text} role="option" aria-selected={index === active} className={css.option} onClick={() => pick(index)} onMouseEnter={() => setActive(index)}>
              <span className="ellipsis">{option.text}</span><span>{option.note}</span>
            </li>
          ))}
          <li className={css.hint}>tab completes, enter searches; operators = != &gt; &gt;= &lt; &lt;= ~ !~</li>
        </ul>
      )}
    </div>
  )
}
