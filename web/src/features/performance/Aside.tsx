import { Link } from '@tanstack/react-router'
import { type AppSearch, useAppSearch, useSetSearch } from '@/shared/filters/search'
import { humanNumber, percent } from '@/shared/format/numbers'
import { truncateMiddle } from '@/shared/format/text'
import { IdChip } from '@/shared/ui/IdChip'
import { Section } from '@/shared/ui/Page'
import { Loading } from '@/shared/ui/States'
import { Ago, Duration, Num } from '@/shared/ui/Values'
import { type Identity, spansOf } from './doors'
import css from './performance.module.css'
import { useFacets, useImpact } from './queries'
import type { TransactionSummary } from './types'

type Status = TransactionSummary['statuses'][number]

export function Aside({ statuses, of, kept }: { statuses: Status[]; of: Identity; kept: AppSearch }) {
  return (
    <aside className={css.side} aria-label="Around it">
      <Statuses statuses={statuses} of={of} kept={kept} />
      <SlowOnes />
      <Impacted />
    </aside>
  )
}

function Statuses({ statuses, of, kept }: { statuses: Status[]; of: Identity; kept: AppSearch }) {
  return (
    <Section title="How it ended">
      <div>
        {statuses.map((one) => (
          <Link key={`${one.status_code} ${one.http_status_code} ${one.status_message}`} to="/traces" search={spansOf(of, kept, ...filtersOf(one))} className={css.line} preload={false}>
            <span className={`ellipsis spread ${one.failed ? 'bad' : ''}`} title={one.status_message || undefined}>{wordOf(one)}</span><Num value={one.count} unit="runs" />
          </Link>
        ))}
      </div>
    </Section>
  )
}

function wordOf({ status_code: code, status_message: message, http_status_code: http, failed }: Status): string {
  return [http ? String(http) : '', message || (code === 'unset' || code === '' ? (http ? '' : failed ? 'failed' : 'not said') : code)].filter(Boolean).join(' ')
}

function filtersOf({ status_code, status_message, http_status_code }: Status): string[] {
  return [`status_code=${status_code}`, `http_status_code=${http_status_code}`, `status_message=${status_message}`]
}

function SlowOnes() {
  const facets = useFacets()
  const { filter = [] } = useAppSearch()
  const setSearch = useSetSearch()
  return (
    <Section title="What slow ones have in common">
      <Loading query={facets} what="Facets">
        {({ items, sampled, slow, slow_from_ns }) => (
          <div>
            {items.length === 0 && <span className="faint">Nothing stands out among the slowest {slow.toLocaleString('en')} of {sampled.toLocaleString('en')}.</span>}
            {items.map((one) => (
              <button key={`${one.field} ${one.value}`} type="button" className={css.line} onClick={() => setSearch({ filter: [...filter, `${one.field}=${one.value}`] })}
                title={`${one.field} = ${one.value}\n${percent(one.slow_share)} of the slowest ${slow.toLocaleString('en')}, ${percent(one.share)} of all ${sampled.toLocaleString('en')}`}>
                <span className="faint ellipsis" style={{ flexShrink: 1 }}>{one.field.replace(/^(attributes|resource)\./, '')}</span><b className="ellipsis spread" style={{ fontWeight: 550 }}>{one.value}</b>
                <span className="num">{humanNumber(one.lift)}×</span>
              </button>
            ))}
            {items.length > 0 && <span className="faint">Commoner by so much above <Duration ns={slow_from_ns} />, the slowest tenth.</span>}
          </div>
        )}
      </Loading>
    </Section>
  )
}

function Impacted() {
  const impact = useImpact()
  return (
    <>
      <Section title="Issues in it">
        <Loading query={impact} what="Issues">
          {({ issues }) => (
            <div>
              {issues.length === 0 && <span className="faint">No error happened in it.</span>}
              {issues.map((one) => (
                <Link key={one.fingerprint} to="/issues/$issue" params={{ issue: one.fingerprint }} search={{}} className={css.line} preload={false}>
                  <b className="ellipsis spread" style={{ fontWeight: 550 }} title={one.title}>{one.title}</b><Num value={one.count} unit="errors" /><span className="faint"><Ago time={one.last_time} /></span>
                </Link>
              ))}
            </div>
          )}
        </Loading>
      </Section>
      <Section title="Users affected most">
        <Loading query={impact} what="Users">
          {({ users }) => (
            <div>
              {users.length === 0 && <span className="faint">It failed nobody it knows, and kept nobody waiting.</span>}
              {users.map((one) => (
                <div key={one.user_id} className={css.line} style={{ cursor: 'default' }} title={`${one.failed} failed and ${one.kept_waiting} slow of ${one.stored} that were kept`}>
                  <span className="spread"><IdChip kind="user" value={one.user_id} label={truncateMiddle(one.user_id, 24)} /></span>
                  {one.failed > 0 && <span className="bad num">{humanNumber(one.failed)} failed</span>}
                  {one.kept_waiting > 0 && <span className="dim num">{humanNumber(one.kept_waiting)} slow</span>}
                </div>
              ))}
            </div>
          )}
        </Loading>
      </Section>
    </>
  )
}
