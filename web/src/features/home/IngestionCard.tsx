import { Link } from '@tanstack/react-router'
import { CircleCheck, TriangleAlert } from 'lucide-react'
import type { Overview } from '@/api/types'
import { Num } from '@/shared/ui/Values'
import { Card } from './Card'
import css from './home.module.css'

export function IngestionCard({ ingestion }: { ingestion: Overview['ingestion'] }) {
  const reasons = ingestion.by_reason.filter((row) => row.outcome !== 'accepted')
  const sum = (...outcomes: string[]) => reasons.filter((row) => outcomes.includes(row.outcome)).reduce((total, row) => total + row.quantity, 0)
  // What a client chose not to send is its own affair; what was refused here needs a look.
  const refused = sum('rejected', 'rate_limited')
  const discarded = sum('client_discarded')
  const healthy = refused === 0
  return (
    <Card title="Ingestion" action={<Link to="/ingestion" search={{}} className="link">Details</Link>} empty={false}>
      <div className={css.health}>
        {healthy ? <CircleCheck size={16} className="good" /> : <TriangleAlert size={16} style={{ color: 'var(--sev-warn)' }} />}
        <span><b><Num value={ingestion.accepted} /></b> <span className="dim">items accepted</span></span>
        <span><b><Num value={refused} /></b> <span className="dim">refused</span></span>
        {discarded > 0 && <span><b><Num value={discarded} /></b> <span className="dim">discarded by clients</span></span>}
      </div>
      {reasons.slice(0, 6).map((row) => (
        <Link key={`${row.protocol} ${row.category} ${row.outcome} ${row.reason}`} to="/ingestion" search={{}} className={css.line}>
          <span className="ellipsis">{row.reason || row.outcome}</span>
          <span className="faint ellipsis spread">{row.protocol} {row.category}</span>
          <Num value={row.quantity} />
        </Link>
      ))}
      {healthy && reasons.length === 0 && <div className={css.nothing}>Everything that was sent has been stored.</div>}
    </Card>
  )
}
