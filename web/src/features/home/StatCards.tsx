import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Overview, OverviewNumbers } from '@/api/types'
import type { AppSearch } from '@/shared/filters/search'
import { useDeploys } from '@/shared/charts/deploys'
import { Sparkline } from '@/shared/charts/Sparkline'
import { change, exactNumber, humanDuration, humanNumber, percent } from '@/shared/format/numbers'
import { toMs } from '@/shared/format/times'
import css from './home.module.css'

interface Stat {
  word: string; to: '/events' | '/issues' | '/traces' | '/logs'; search?: AppSearch
  value: (numbers: OverviewNumbers) => number | null; format: (value: number | null) => string
  worse?: 'more'; color?: string
}
const failed = (numbers: OverviewNumbers) => (numbers.requests ? numbers.failed_requests / numbers.requests : 0)
const STATS: Stat[] = [
  { word: 'Requests', to: '/traces', value: (n) => n.requests, format: humanNumber },
  { word: 'Failed requests', to: '/traces', search: { filter: ['status_code=error'] }, value: failed, format: (v) => percent(v ?? 0), worse: 'more', color: 'var(--sev-error)' },
  { word: 'p95 latency', to: '/traces', value: (n) => n.p95_ns, format: humanDuration, worse: 'more', color: 'var(--sev-warn)' },
  { word: 'Errors', to: '/issues', value: (n) => n.errors, format: humanNumber, worse: 'more', color: 'var(--sev-error)' },
  { word: 'Events', to: '/events', value: (n) => n.events, format: humanNumber },
  { word: 'Log records', to: '/logs', value: (n) => n.logs, format: humanNumber, color: 'var(--sev-info)' },
]

/** Where along the sparklines something was deployed. */
function useDeployMarks({ buckets }: Overview): number[] {
  const deploys = useDeploys()
  const from = toMs(buckets[0]?.time ?? '')
  const to = toMs(buckets.at(-1)?.time ?? '')
  return [...new Set(deploys.map(({ finished_at }) => (toMs(finished_at) - from) / (to - from)))].filter((at) => at >= 0 && at <= 1)
}

export function StatCards({ data }: { data: Overview }) {
  const marks = useDeployMarks(data)
  return (
    <div className={css.stats}>
      {STATS.map((stat) => {
        const now = stat.value(data.totals)
        return (
          <Link key={stat.word} to={stat.to} search={stat.search ?? {}} className={css.stat}>
            <div className="row dim"><span className="ellipsis">{stat.word}</span><span className="spread" /><Change stat={stat} data={data} /></div>
            <div className={css.number} title={exactNumber(now)}>{stat.format(now)}</div>
            <Sparkline values={data.buckets.map(stat.value)} marks={marks} {...(stat.color && { color: stat.color })} />
          </Link>
        )
      })}
    </div>
  )
}

function Change({ stat, data }: { stat: Stat; data: Overview }): ReactNode {
  const before = stat.value(data.previous)
  const by = change(stat.value(data.totals), before)
  if (by === null || Math.abs(by) < 0.005) return null
  const tone = stat.worse ? (by > 0 ? 'bad' : 'good') : 'faint'
  const text = by > 9.99 ? `${Math.round(by + 1)}×` : percent(Math.abs(by))
  return <span className={`${tone} num`} title={`${stat.format(before)} in the period before`}>{by > 0 ? '↑' : '↓'} {text}</span>
}
