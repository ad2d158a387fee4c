import { useAppSearch, useSetSearch } from '@/shared/filters/search'
import css from './detectors.module.css'
import { KINDS, kindOf, withKind } from './evidence'

const WORDS = { all: 'All', error: 'Errors', performance: 'Performance' }

/** Errors, what detectors found, or both: a part of the search, which says it too. */
export function KindFilter() {
  const { q } = useAppSearch()
  const setSearch = useSetSearch()
  const on = kindOf(q)
  return (
    <div className={css.kinds} role="group" aria-label="Kind">
      {KINDS.map((kind) => <button key={kind} type="button" aria-pressed={kind === on} onClick={() => setSearch({ q: withKind(q, kind) || undefined })}>{WORDS[kind]}</button>)}
    </div>
  )
}
