import { Link } from '@tanstack/react-router'
import { BellOff, TriangleAlert } from 'lucide-react'
import { toMs } from '@/shared/format/times'
import type { Column } from '@/shared/ui/DataTable'
import { Ago } from '@/shared/ui/Values'
import css from './crons.module.css'
import { HealthMark } from './Marks'
import { Next } from './Next'
import { Strip } from './Strip'
import type { Monitor, MonitorEnvironment } from './types'

/** A monitor in one of its environments; in none yet while it waits for its first check-in. */
export interface Row { monitor: Monitor; environment: MonitorEnvironment | undefined }
const RANK = { failing: 0, waiting: 1, ok: 2 }
const healthOf = ({ environment }: Row) => environment?.status ?? 'waiting'

export function columnsOf(bucketSeconds: number, at: number): Column<Row>[] {
  return [
    { id: 'status', header: 'Status', width: 86, sortBy: (row) => RANK[healthOf(row)], cell: (row) => <HealthMark status={healthOf(row)} /> },
    {
      id: 'slug', header: 'Monitor', width: 330, sortBy: ({ monitor }) => monitor.slug,
      cell: ({ monitor }) => (
        <Link to="/crons/$slug" params={{ slug: monitor.slug }} search={{}} className="row spread" style={{ gap: 8 }} preload={false}>
          <b style={{ fontWeight: 550, flexShrink: 0, maxWidth: '100%' }} className="ellipsis" title={monitor.slug}>{monitor.slug}</b>
          {monitor.muted && <BellOff size={12} aria-label="Muted" className="faint" style={{ flexShrink: 0 }} />}
          {monitor.problem && <TriangleAlert size={12} aria-label={monitor.problem} style={{ flexShrink: 0, color: 'var(--sev-warn)' }} />}
          <span className="faint ellipsis" title={`${monitor.schedule} ${monitor.timezone}`}>{monitor.schedule || 'no schedule'}</span>
        </Link>
      ),
    },
    { id: 'environment', header: 'Environment', width: 100, sortBy: ({ environment }) => environment?.environment ?? '', cell: ({ environment }) => environment && <span className={`${css.badge} ellipsis`}>{environment.environment}</span> },
    { id: 'runs', header: 'Runs', width: 240, grow: true, cell: ({ monitor, environment }) => environment && <Strip slug={monitor.slug} buckets={environment.buckets} bucketSeconds={bucketSeconds} at={at} /> },
    { id: 'last', header: 'Last run', width: 92, align: 'right', sortBy: ({ environment }) => toMs(environment?.last_run ?? ''), cell: ({ environment }) => <span className="dim">{environment?.last_run ? <Ago time={environment.last_run} /> : '–'}</span> },
    { id: 'next', header: 'Next', width: 84, align: 'right', sortBy: ({ environment }) => toMs(environment?.next_run ?? ''), cell: ({ environment }) => <span className="dim">{environment?.next_run ? <Next time={environment.next_run} /> : '–'}</span> },
  ]
}
