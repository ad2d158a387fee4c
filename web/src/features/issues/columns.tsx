import { Link } from '@tanstack/react-router'
import { Gauge, GitMerge, Megaphone, MessageSquare } from 'lucide-react'
import { Sparkline } from '@/shared/charts/Sparkline'
import { severityOfLevel } from '@/shared/format/severity'
import type { Column } from '@/shared/ui/DataTable'
import { IdChip } from '@/shared/ui/IdChip'
import { SeverityMark } from '@/shared/ui/SeverityMark'
import { Ago, Num } from '@/shared/ui/Values'
import { Avatar, PriorityMark, StateMark } from './Marks'
import type { Issue } from './types'

export const COLUMNS: Column<Issue>[] = [
  { id: 'level', header: '', width: 30, cell: (row) => (row.category === 'performance' ? <Gauge size={13} className="dim" role="img" aria-label="Performance" /> : <SeverityMark severity={severityOfLevel(row.level)} />) },
  {
    id: 'title', header: 'Issue', width: 340, grow: true,
    cell: (row) => (
      <Link to="/issues/$issue" params={{ issue: row.id }} search={{}} className="row spread" style={{ gap: 10 }} preload={false}>
        <b style={{ fontWeight: 550, flexShrink: 0, maxWidth: row.type && row.value ? '45%' : '80%' }} className="ellipsis" title={row.title}>{row.type || row.title || 'Untitled'}</b>
        {row.type && row.value && <span className="dim ellipsis">{row.value}</span>}
        <span className="faint ellipsis" style={{ flexShrink: 3 }}>{row.culprit}</span>
        {row.fingerprints > 1 && <span className="faint row" style={{ gap: 3, flexShrink: 0 }} title={`${row.fingerprints} fingerprints are merged`}><GitMerge size={11} />{row.fingerprints}</span>}
        {row.comments > 0 && <span className="faint row" style={{ gap: 3, flexShrink: 0 }} title={`${row.comments} comments`}><MessageSquare size={11} />{row.comments}</span>}
        {row.feedback > 0 && <span className="faint row" style={{ gap: 3, flexShrink: 0 }} title={`users wrote ${row.feedback === 1 ? 'once' : `${row.feedback} times`} about it`}><Megaphone size={11} />{row.feedback}</span>}
      </Link>
    ),
  },
  { id: 'state', header: 'State', width: 104, cell: (row) => <StateMark issue={row} /> },
  { id: 'service', header: 'Service', width: 120, cell: (row) => <><IdChip kind="service" value={row.services[0]} max={12} />{row.services.length > 1 && <span className="faint">+{row.services.length - 1}</span>}</> },
  { id: 'trend', header: 'Trend', width: 96, cell: (row) => <Sparkline values={row.buckets} height={20} color={row.trend >= 2 ? 'var(--sev-error)' : 'var(--accent)'} /> },
  { id: 'events', header: 'Events', width: 70, align: 'right', cell: (row) => <Num value={row.count} /> },
  { id: 'users', header: 'Users', width: 62, align: 'right', cell: (row) => <Num value={row.users} /> },
  { id: 'first', header: 'First seen', width: 88, align: 'right', cell: (row) => <span className="dim"><Ago time={row.first_time} /></span> },
  { id: 'last', header: 'Last seen', width: 88, align: 'right', cell: (row) => <span className="dim"><Ago time={row.last_time} /></span> },
  { id: 'priority', header: '', width: 32, cell: (row) => <PriorityMark priority={row.priority} /> },
  { id: 'assignee', header: '', width: 40, cell: (row) => <Avatar member={row.assignee} /> },
]
