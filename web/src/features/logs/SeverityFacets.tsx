import { SEVERITIES } from '@/shared/format/severity'
import { useAppSearch, useSetSearch } from '@/shared/filters/search'
import { SeverityMark } from '@/shared/ui/SeverityMark'
import css from './logs.module.css'

/** "At least": choosing warn keeps warn, error and fatal. */
export function SeverityFacets() {
  const { severity } = useAppSearch()
  const setSearch = useSetSearch()
  return (
    <div className={css.facets} role="group" aria-label="Least severity">
      {SEVERITIES.map((one) => (
        <button key={one} type="button" aria-pressed={severity === one} title={`${one} and above`} onClick={() => setSearch({ severity: severity === one ? undefined : one, item: undefined })}>
          <SeverityMark severity={one} label />
        </button>
      ))}
    </div>
  )
}
