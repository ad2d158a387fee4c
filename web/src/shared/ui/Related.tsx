import { Link } from '@tanstack/react-router'
import { useGet } from '@/api/hooks'
import type { Related as Counts } from '@/api/types'
import { useScope } from '@/shared/filters/scope'
import { keptOf, useAppSearch } from '@/shared/filters/search'
import { humanNumber } from '@/shared/format/numbers'
import css from './Related.module.css'

const DOORS = [
  { to: '/logs', count: 'logs', word: 'Logs' },
  { to: '/traces', count: 'spans', word: 'Spans' },
  { to: '/issues', count: 'errors', word: 'Errors' },
  { to: '/events', count: 'events', word: 'Events' },
] as const

/** Counts of every signal that shares this trace, session or user. Loaded after the page, never in its way. */
export function Related({ of }: { of: { trace_id?: string; session_id?: string; user_id?: string } }) {
  const scope = useScope()
  const search = useAppSearch()
  const [kind, value] = of.trace_id ? (['trace_id', of.trace_id] as const)
    : of.session_id ? (['session_id', of.session_id] as const) : (['user_id', of.user_id] as const)
  const { data } = useGet<Counts>(`${scope.base}/related`, { ...scope.params, [kind]: value }, { enabled: Boolean(value) })
  if (!value) return null
  return (
    <nav className={css.strip} aria-label="Related">
      <span className="faint">Same {kind.replace('_id', '')}</span>
      {DOORS.map(({ to, count, word }) => (
        <Link key={to} to={to} search={{ ...keptOf(search), [kind]: value }} className={css.door}>
          <b className="num">{data ? humanNumber(data[count]) : '·'}</b> {word}
        </Link>
      ))}
    </nav>
  )
}
