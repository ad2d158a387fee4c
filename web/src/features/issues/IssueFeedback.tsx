import { Link } from '@tanstack/react-router'
import { Paperclip } from 'lucide-react'
import { keptOf, useAppSearch } from '@/shared/filters/search'
import { Section } from '@/shared/ui/Page'
import { Ago } from '@/shared/ui/Values'
import css from './issues.module.css'
import { sinceBefore, useIssueFeedback } from './queries'
import type { IssueDetail } from './types'

const MOST = 5

/** What users wrote about an issue, the newest first; nothing at all where nobody did. */
export function IssueFeedback({ issue }: { issue: IssueDetail }) {
  const { data, error } = useIssueFeedback(issue)
  const search = keptOf(useAppSearch())
  if (error) return <Section title="Feedback"><div className="faint">It could not be loaded: {error.message}</div></Section>
  const said = data?.items.filter(({ status }) => status !== 'spam') ?? []
  if (!data || said.length === 0) return null
  const total = (data.counts['new'] ?? 0) + (data.counts['resolved'] ?? 0)
  const all = { ...search, since: sinceBefore(issue), until: undefined, filter: [`issue=${issue.id}`], tab: 'all' }
  return (
    <Section title={`Feedback (${total})`} actions={total > MOST && <Link to="/feedback" search={all} className="link">All {total}</Link>}>
      <ul className={css.wrote} aria-label="Feedback">
        {said.slice(0, MOST).map((one) => (
          <li key={one.id}>
            <div className="row">
              <b style={{ fontWeight: 550 }} className="ellipsis">{one.name || one.email || one.user_id || 'Somebody'}</b>
              {one.name && one.email && <span className="dim ellipsis">{one.email}</span>}
              <span className="faint" style={{ flexShrink: 0 }}><Ago time={one.time} /></span>
              {one.error?.by === 'trace' && <span className="faint" style={{ flexShrink: 0 }} title="It names no event; this is the last error before it in its trace">same trace</span>}
              {one.files > 0 && <span className="faint row" style={{ gap: 3 }} title="with files"><Paperclip size={11} aria-hidden />{one.files}</span>}
              <div className="spread" />
              {one.status !== 'new' && <span className="faint">{one.status}</span>}
              <Link to="/feedback" search={{ ...all, item: one.id }} className="link">Open</Link>
            </div>
            <p>{one.message}</p>
          </li>
        ))}
      </ul>
    </Section>
  )
}
