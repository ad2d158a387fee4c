import { CloseButton } from '@mantine/core'
import { Search, X } from 'lucide-react'
import { useEffect, useId, useRef, useState } from 'react'
import { useAppSearch, useSetSearch } from '@/shared/filters/search'
import css from './issues.module.css'
import { useSearchCompletion } from './useSearchCompletion'

/** The search of issues: `is:new level:error key:value "free text"`, completed as it is typed. */
export function SearchBar({ problem }: { problem: string | null }) {
  const search = useAppSearch()
  const setSearch = useSetSearch()
  const [text, setText] = useState(search.q ?? '')
  const [open, setOpen] = useState(false)
  const [active, setActive] = useState(-1)
  const input = useRef<HTMLInputElement>(null)
  const listId = useId()
  const { options, complete } = useSearchCompletion(text, open)

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

  const apply = (value: string) => { setText(value); setOpen(false); setActive(-1); setSearch({ q: value.trim() || undefined }) }
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
      if (options[active]) pick(active)
      else { apply(text); input.current?.blur() }
    } else if (event.key === 'Escape') {
      if (open) setOpen(false)
      else input.current?.blur()
    }
  }
  return (
    <div className={css.search}>
      <Search size={14} className={css.searchIcon} />
      <input
        ref={input} placeholder="Search issues: level:error user.email:*@acme.com times_seen:>100" value={text} spellCheck={false} autoComplete="off" maxLength={1900}
        role="combobox" aria-label="Search" aria-expanded={open && options.length > 0} aria-controls={listId} aria-invalid={problem !== null || undefined}
        onChange={(event) => { setText(event.currentTarget.value); setOpen(true); setActive(-1) }}
        onFocus={() => setOpen(true)} onBlur={() => setOpen(false)} onKeyDown={onKeyDown}
      />
      {text && <CloseButton className={css.searchClear} size={20} icon={<X size={13} />} aria-label="Clear search" onClick={() => apply('')} />}
      {open && options.length > 0 && (
        <ul role="listbox" id={listId} onMouseDown={(event) => event.preventDefault()}>
          {options.map((option, index) => (
            <li key={option.text} role="option" aria-selected={index === active} onClick={() => pick(index)} onMouseMove={() => setActive(index)}>
              <span className="ellipsis">{option.text}</span><span>{option.note}</span>
            </li>
          ))}
          <li className={css.searchHint}>tab completes, enter searches · !key:value excludes · * is anything · &quot;words&quot;</li>
        </ul>
      )}
      {problem && <div role="alert" className={css.searchProblem}>{problem}</div>}
    </div>
  )
}
