import { CloseButton } from '@mantine/core'
import { Search, X } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useAppSearch, useSetSearch } from '@/shared/filters/search'
import css from './feedback.module.css'

/** Words to look for; `/` goes there, enter searches. */
export function SearchLine() {
  const { q } = useAppSearch()
  const setSearch = useSetSearch()
  const [text, setText] = useState(q ?? '')
  const input = useRef<HTMLInputElement>(null)
  const [shown, setShown] = useState(q)
  if (shown !== q) { setShown(q); setText(q ?? '') }
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      if (event.key !== '/' || (event.target as HTMLElement).closest('input, textarea, [contenteditable]')) return
      event.preventDefault()
      input.current?.focus()
    }
    window.addEventListener('keydown', focus)
    return () => window.removeEventListener('keydown', focus)
  }, [])
  const apply = (value: string) => { setText(value); setSearch({ q: value.trim() || undefined, item: undefined }) }
  return (
    <form className={css.search} role="search" onSubmit={(event) => { event.preventDefault(); apply(text) }}>
      <Search size={14} aria-hidden />
      <input ref={input} value={text} aria-label="Search" placeholder="Search message, name, email, URL" spellCheck={false} autoComplete="off" maxLength={500}
        onChange={(event) => setText(event.currentTarget.value)} onBlur={() => { if (text.trim() !== (q ?? '')) apply(text) }}
        onKeyDown={(event) => { if (event.key === 'Escape') { setText(q ?? ''); event.currentTarget.blur() } }} />
      {text && <CloseButton size={20} icon={<X size={13} />} aria-label="Clear search" onClick={() => apply('')} />}
    </form>
  )
}
