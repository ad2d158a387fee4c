import { Link } from '@tanstack/react-router'
import { Fragment } from 'react'
import type { AppSearch } from '@/shared/filters/search'
import { humanDuration, humanNumber, percent } from '@/shared/format/numbers'
import { plural } from '@/shared/format/text'
import { Section } from '@/shared/ui/Page'
import { Loading } from '@/shared/ui/States'
import type { Identity } from './doors'
import css from './performance.module.css'
import { useBreakdown } from './queries'
import type { Breakdown, Work } from './types'

const CATEGORIES = ['app', 'db', 'cache', 'http', 'queue', 'ai', 'template', 'browser', 'file'] as const
const WORDS: Record<string, string> = { app: 'own code', db: 'databases', cache: 'caches', http: 'other services', queue: 'queues', ai: 'models', template: 'templates', browser: 'the browser', file: 'files' }
const COLORS: Record<string, string> = { app: '#7c6ff0', db: '#2ea98f', cache: '#d98b2b', http: '#4a90e2', queue: '#d0618f', ai: '#9a6bd6', template: '#7fa63a', browser: '#3aa6b9', file: '#b59b2e' }
const SHOWN = 14

/** Each span's own time, by what it did: what no span below it explains. */
export function WhereTimeGoes({ of, kept }: { of: Identity; kept: AppSearch }) {
  const breakdown = useBreakdown()
  return (
    <Section title="Where the time goes" actions={breakdown.data && <span className="faint">own time of {plural(breakdown.data.spans, 'span')} in {plural(breakdown.data.sampled, 'trace')}</span>}>
      <Loading query={breakdown} what="Where the time goes">{(data) => (data.parts.length > 0 ? <Parts breakdown={data} of={of} kept={kept} /> : <span className="faint">No trace of it has been kept.</span>)}</Loading>
    </Section>
  )
}

function Parts({ breakdown, of, kept }: { breakdown: Breakdown; of: Identity; kept: AppSearch }) {
  const { parts, sampled, own_ns: own, duration_ns: took } = breakdown
  const shares = CATEGORIES.map((category) => ({ category, share: parts.filter((one) => one.category === category).reduce((sum, one) => sum + one.share, 0) })).filter(({ share }) => share > 0)
  return (
    <>
      <div className={css.stack} role="img" aria-label={shares.map(({ category, share }) => `${WORDS[category] ?? category} ${percent(share)}`).join(', ')}>
        {shares.map(({ category, share }) => <i key={category} title={`${WORDS[category] ?? category} ${percent(share)}`} style={{ flex: share, background: COLORS[category] }} />)}
      </div>
      <div className={css.legend}>
        {shares.map(({ category, share }) => <span key={category} className="dim"><i className={css.dot} style={{ background: COLORS[category] }} />{WORDS[category]} <b className="num">{percent(share)}</b></span>)}
        {own > took * 1.02 && <span className="faint" title="Own times add up to more than the transaction took: work ran at once.">{humanNumber(own / took)}× at once</span>}
      </div>
      <div className={css.wide}>
        <table className={css.table} aria-label="Own time by span">
          <thead><tr><th>Span</th><th>Kind</th><th className={css.right}>Each run</th><th className={css.right}>Own time a run</th><th className={css.right}>Share</th></tr></thead>
          <tbody>{parts.slice(0, SHOWN).map((part) => <Part key={`${part.service} ${part.op} ${part.name}`} part={part} sampled={sampled} of={of} kept={kept} />)}</tbody>
        </table>
      </div>
      {parts.length > SHOWN && <span className="faint">and {plural(parts.length - SHOWN, 'smaller one')}</span>}
    </>
  )
}

function Part({ part, sampled, of, kept }: { part: Work; sampled: number; of: Identity; kept: AppSearch }) {
  const search = { ...kept, view: 'spans', ...(part.service && { service: part.service }), filter: [`name=${part.name}`] }
  return (
    <tr>
      <td className={css.name} title={part.name}><i className={css.dot} style={{ background: COLORS[part.category] }} /><Link to="/traces" search={search} className="link">{part.name}</Link>{part.service !== of.service && <Fragment> <span className="faint">{part.service}</span></Fragment>}</td>
      <td className="dim">{part.op}</td>
      <td className={`num ${css.right}`} title={`${part.spans.toLocaleString('en')} in ${sampled.toLocaleString('en')} runs`}>{humanNumber(part.per_transaction)}×</td>
      <td className={`num ${css.right}`}>{humanDuration(part.own_ns / sampled)}</td>
      <td className={`num ${css.right}`}>{percent(part.share)}</td>
    </tr>
  )
}
