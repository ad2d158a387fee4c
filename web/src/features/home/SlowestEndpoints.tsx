import { Link } from '@tanstack/react-router'
import type { SlowEndpoint } from '@/api/types'
import { percent } from '@/shared/format/numbers'
import { Duration, Num } from '@/shared/ui/Values'
import { Card } from './Card'
import css from './home.module.css'

export function SlowestEndpoints({ rows }: { rows: SlowEndpoint[] }) {
  const slowest = Math.max(...rows.map((row) => row.p95_ns), 1)
  return (
    <Card title="Slowest endpoints" action={<Link to="/performance" search={{ view: '-p95' }} className="link">All transactions</Link>} empty={rows.length === 0 && 'No requests were traced in this range.'}>
      {rows.slice(0, 8).map((row) => (
        <Link key={`${row.service} ${row.name}`} to="/performance/transaction" search={{ service: row.service, name: row.name }} className={css.line}
          style={{ background: `linear-gradient(90deg, var(--accent-soft) ${(row.p95_ns / slowest) * 100}%, transparent 0)` }}>
          <b className="ellipsis">{row.name}</b>
          <span className="faint ellipsis spread">{row.service}</span>
          {row.error_rate > 0 && <span className="bad num" title="of these requests failed">{percent(row.error_rate)}</span>}
          <span className="dim" title="requests"><Num value={row.count} />×</span>
          <span className={css.when}><Duration ns={row.p95_ns} /></span>
        </Link>
      ))}
    </Card>
  )
}
