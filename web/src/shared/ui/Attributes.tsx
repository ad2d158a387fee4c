import { ActionIcon, TextInput, Tooltip } from '@mantine/core'
import { Ban, Filter as FilterIcon } from 'lucide-react'
import { Fragment, useState } from 'react'
import { addFilter } from '@/shared/filters/filter'
import { useAppSearch, useSetSearch } from '@/shared/filters/search'
import { asText, flatten, safeUrl } from '@/shared/format/text'
import css from './Attributes.module.css'
import { CopyValue } from './Copy'

/** Names and values from a payload, as text only. With `field` a row offers to filter the list behind by it. */
export function Attributes({ of, field, empty = 'None', links = true }: {
  of: Record<string, unknown> | undefined | null; field?: (name: string) => string; empty?: string; links?: boolean
}) {
  const [wanted, setWanted] = useState('')
  const all = flatten(of).sort(([a], [b]) => a.localeCompare(b))
  if (all.length === 0) return <div className="faint">{empty}</div>
  const word = wanted.toLowerCase()
  const shown = word ? all.filter(([name, value]) => `${name} ${asText(value)}`.toLowerCase().includes(word)) : all
  return (
    <div className={css.list}>
      {all.length > 12 && <TextInput placeholder={`Search ${all.length} values`} value={wanted} onChange={(event) => setWanted(event.currentTarget.value)} mb={6} />}
      {shown.map(([name, value]) => <Row key={name} name={name} value={value} field={field?.(name)} links={links} />)}
    </div>
  )
}

function Row({ name, value, field, links }: { name: string; value: unknown; field: string | undefined; links: boolean }) {
  const search = useAppSearch()
  const setSearch = useSetSearch()
  const text = asText(value)
  const url = links ? safeUrl(value) : null
  const filter = (operator: string) => setSearch({ filter: addFilter(search.filter ?? [], `${field}${operator}${text}`), item: undefined })
  return (
    <div className={css.row}>
      <div className={css.name} title={name}>{name.split(/(?<=[._/-])/).map((part, index) => <Fragment key={index}>{index > 0 && <wbr />}{part}</Fragment>)}</div>
      <div className={css.value}>
        {url ? <a className="link" href={url} target="_blank" rel="noopener noreferrer nofollow">{text}</a> : <CopyValue text={text}><span className={css.text}>{text || '""'}</span></CopyValue>}
      </div>
      {field && (
        <div className={css.actions}>
          <Tooltip label="Filter to this"><ActionIcon size={20} aria-label={`Filter to ${name}`} onClick={() => filter('=')}><FilterIcon size={12} /></ActionIcon></Tooltip>
          <Tooltip label="Exclude this"><ActionIcon size={20} aria-label={`Exclude ${name}`} onClick={() => filter('!=')}><Ban size={12} /></ActionIcon></Tooltip>
        </div>
      )}
    </div>
  )
}
