import { useState } from 'react'
import { exactNumber, percent } from '@/shared/format/numbers'
import { useNavigate } from '@tanstack/react-router'
import { Section } from '@/shared/ui/Page'
import { Lines } from '@/shared/ui/States'
import css from './issues.module.css'
import { useTags } from './queries'
import { type Tag } from './types'

const FEW = 6

/** How the issue spreads; a value is a door to the issues that have it. */
export function Tags({ issue }: { issue: string }) {
  const { data, isPending } = useTags(issue)
  const [all, setAll] = useState(false)
  const tags = (data?.items ?? []).filter(({ values }) => values.length > 0)
  if (isPending) return <Section title="Tags of all events"><Lines count={6} /></Section>
  if (tags.length === 0) return null
  return (
    <Section title="Tags of all events" actions={tags.length > FEW && <button type="button" className="link" onClick={() => setAll(!all)}>{all ? 'Fewer' : `All ${tags.length}`}</button>}>
      <div>{(all ? tags : tags.slice(0, FEW)).map((tag) => <TagRow key={tag.key} tag={tag} most={all ? 10 : 3} />)}</div>
    </Section>
  )
}

function TagRow({ tag, most }: { tag: Tag; most: number }) {
  const navigate = useNavigate()
  return (
    <div className={css.tag}>
      <header><span className="dim ellipsis" title={tag.key}>{tag.key}</span><span className="faint num">{tag.distinct > 1 ? `${exactNumber(tag.distinct)} values` : ''}</span></header>
      {tag.values.slice(0, most).map(({ value, count, share }) => (
        <button key={value} type="button" style={{ '--share': share } as React.CSSProperties} title={`${value}: ${exactNumber(count)} events. Issues with this`}
          onClick={() => void navigate({ to: '/issues', search: { q: searchFor(tag.key, value), tab: 'all' } })}>
          <span className="ellipsis">{value}</span><span className="dim num">{percent(share)}</span>
        </button>
      ))}
    </div>
  )
}

const PLAIN = /^[A-Za-z_][\w.-]*$/
const ALSO_COLUMNS = new Set(['error.handled', 'user', 'level', 'release', 'environment', 'service', 'server_name', 'transaction', 'url', 'platform', 'source'])

/** The search that finds events with this tag, whatever stands in key and value. */
export function searchFor(key: string, value: string): string {
  const text = value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('*', '\\*')
  if (key === 'error.handled') return `error.handled:${value === 'yes'}`
  const named = ALSO_COLUMNS.has(key) ? key : PLAIN.test(key) ? key : `tags[${key.replace(/[\s\]]/g, '')}]`
  return `${named}:"${text}"`
}
