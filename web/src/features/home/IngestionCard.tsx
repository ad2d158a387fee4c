import { Link } from '@tanstack/react-router'
import { CircleCheck, TriangleAlert } from 'lucide-react'
import type { Overview } from '@/api/types'
import { Num } from '@/shared/ui/Values'
import { Card } from './Card'
import css from './home.module.css'

export function IngestionCard({ ingestion }: { ingestion: Overview['ingestion'] }) {
  const healthy = ingestion.rejected === 0
  const reasons = ingestion.by_reason.filter((row) => row.outcome !== 'accepted')
  return (
    <Card title="Ingestion" action={<Link to="/ingestion" search={{}} className="link">Details</Link>} empty={false}>
      <div className={css.health}>
        {healthy ? <CircleCheck size={16} className="good" /> : <TriangleAlert size={16} style={{ color: 'var(--sev-warn)' }} />}
        <span><b><Num value={ingestion.accepted} /></b> <span className="dim">items accepted</span></span>
        <span><b><Num value={ingestion.rejected} /></b> <span className="dim">rejected</span></span>
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
