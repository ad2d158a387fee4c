import { Skeleton } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { ChevronLeft, X } from 'lucide-react'
import { type AppSearch, keptOf, useAppSearch, useSetSearch } from '@/shared/filters/search'
import { change, humanNumber, percent } from '@/shared/format/numbers'
import { IdChip } from '@/shared/ui/IdChip'
import { Page } from '@/shared/ui/Page'
import { Empty, Loading } from '@/shared/ui/States'
import { Duration, Num } from '@/shared/ui/Values'
import { Aside } from './Aside'
import { Charts } from './Charts'
import { type Identity, spansOf } from './doors'
import { ExampleTraces } from './ExampleTraces'
import { apdexText, apdexTone, changeText, estimate } from './format'
import { Histogram } from './Histogram'
import css from './performance.module.css'
import { useNamed, useSummary } from './queries'
import { Releases } from './Releases'
import { Threshold } from './Threshold'
import type { TransactionRow, TransactionSummary } from './types'
import { WhereTimeGoes } from './WhereTimeGoes'

/** One transaction: how it does, since when, and what it spends its time on. */
export function TransactionPage() {
  const summary = useSummary()
  const { named, ...address } = useNamed()
  const now = summary.data?.now
  const of = now ? { service: now.service, name: now.name, op: now.op } : address
  const kept = keptOf(useAppSearch())
  if (!named) return <Page title="Transaction"><Empty title="No transaction is named" action={<Link to="/performance" search={kept} className="link">All transactions</Link>} /></Page>
  return (
    <Page scroll title={of.name} aside={now && estimate(now.sample_rate)} actions={<><IdChip kind="service" value={of.service} />{now && <Threshold of={of} now={now.apdex_ms} />}</>}>
      <div className="row" style={{ marginBottom: 10 }}>
        <Link to="/performance" search={kept} className="link row" style={{ gap: 3 }}><ChevronLeft size={14} />Performance</Link>
        <span className="faint">{of.op}</span>
        <Narrowed />
      </div>
      <Loading query={summary} what="This transaction" skeleton={<Skeleton height={420} radius={8} />}>
        {(data) => (data.now ? <Detail summary={data} now={data.now} of={of} kept={kept} /> : <Empty title="It did not run in this time range">Widen the range, or take a filter away.</Empty>)}
      </Loading>
    </Page>
  )
}

/** What narrows the page beside the top bar: a value of its slow ones, say. */
function Narrowed() {
  const filters = useAppSearch().filter ?? []
  const setSearch = useSetSearch()
  return (
    <span className={css.chips}>
      {filters.map((text) => <button key={text} type="button" className={css.chip} aria-label={`Remove filter ${text}`} onClick={() => setSearch({ filter: filters.filter((one) => one !== text) })}><span className="ellipsis">{text}</span><X size={11} /></button>)}
    </span>
  )
}

function Detail({ summary, now, of, kept }: { summary: TransactionSummary; now: TransactionRow; of: Identity; kept: AppSearch }) {
  return (
    <div className={css.page}>
      <div className={css.story}>
        <Numbers now={now} before={summary.previous} of={of} kept={kept} />
        <Charts summary={summary} />
        <Histogram classes={summary.durations} now={now} of={of} kept={kept} />
        <WhereTimeGoes of={of} kept={kept} />
        <ExampleTraces of={of} kept={kept} />
        <Releases releases={summary.releases} />
      </div>
      <Aside statuses={summary.statuses} of={of} kept={kept} />
    </div>
  )
}

function Numbers({ now, before, of, kept }: { now: TransactionRow; before: TransactionRow | null; of: Identity; kept: AppSearch }) {
  const numbers = [
    { word: 'Per minute', value: <Num value={now.per_minute} unit="a minute" />, by: change(now.per_minute, before?.per_minute ?? null), search: spansOf(of, kept), neutral: true },
    { word: 'p50', value: <Duration ns={now.p50_ns} />, by: change(now.p50_ns, before?.p50_ns ?? null), search: spansOf(of, kept, `duration_ns>=${Math.floor(now.p50_ns)}`) },
    { word: 'p95', value: <Duration ns={now.p95_ns} />, by: change(now.p95_ns, before?.p95_ns ?? null), search: spansOf(of, kept, `duration_ns>=${Math.floor(now.p95_ns)}`) },
    { word: 'p99', value: <Duration ns={now.p99_ns} />, by: change(now.p99_ns, before?.p99_ns ?? null), search: spansOf(of, kept, `duration_ns>=${Math.floor(now.p99_ns)}`) },
    { word: 'Failed', value: <span className={now.failed > 0 ? 'bad' : undefined}>{percent(now.failure_rate)}</span>, by: now.failure_rate === 0 && before?.failure_rate === 0 ? 0 : change(now.failure_rate, before?.failure_rate ?? null), search: spansOf(of, kept, 'is_failed=1') },
  ]
  return (
    <div className={css.numbers}>
      {numbers.map(({ word, value, by, search, neutral }) => (
        <Link key={word} to="/traces" search={search} className={css.number} aria-label={word}>
          <span className="dim">{word}</span><b>{value}</b><Against by={by} ran={before !== null} neutral={neutral ?? false} />
        </Link>
      ))}
      <div className={css.number} role="group" aria-label="Apdex" title={`Satisfied up to ${now.apdex_ms} ms, tolerating up to ${4 * now.apdex_ms} ms`}>
        <span className="dim">Apdex</span><b className={apdexTone(now.apdex)}>{apdexText(now.apdex)}</b><span className="faint">T = {now.apdex_ms} ms</span>
      </div>
      <div className={css.number} role="group" aria-label="Users">
        <span className="dim">Users</span><b><Num value={now.users} /></b><span className="faint ellipsis" title={`waited for more than ${4 * now.apdex_ms} ms at least once; misery ${percent(now.misery)}`}>{humanNumber(now.miserable_users)} miserable</span>
      </div>
    </div>
  )
}

function Against({ by, ran, neutral }: { by: number | null; ran: boolean; neutral: boolean }) {
  if (by === null) return <span className="faint ellipsis" title={ran ? undefined : 'it did not run in the range before'}>{ran ? 'none before' : 'new'}</span>
  const tone = neutral || Math.abs(by) <= 0.1 ? 'faint' : by > 0 ? 'bad' : 'good'
  return <span className={`${tone} ellipsis`} title="against the range before">{changeText(by)}</span>
}
