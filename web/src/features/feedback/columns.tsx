import { Link } from '@tanstack/react-router'
import { Paperclip } from 'lucide-react'
import { severityOfLevel } from '@/shared/format/severity'
import type { Column } from '@/shared/ui/DataTable'
import { IdChip } from '@/shared/ui/IdChip'
import { SeverityMark } from '@/shared/ui/SeverityMark'
import { Ago } from '@/shared/ui/Values'
import { StatusMark } from './Marks'
import type { Feedback } from './types'

export function whoOf({ name, email, user_id: user }: Feedback): string { return name || email || user }

export const COLUMNS: Column<Feedback>[] = [
  { id: 'time', header: 'When', width: 82, cell: (row) => <span className="dim"><Ago time={row.time} /></span> },
  { id: 'who', header: 'Who', width: 150, cell: (row) => <span className={whoOf(row) ? 'ellipsis' : 'faint'} title={row.email || undefined}>{whoOf(row) || 'somebody'}</span> },
  {
    id: 'message', header: 'Message', width: 320, grow: true,
    cell: (row) => (
      <>
        <b style={{ fontWeight: row.status === 'new' ? 550 : 400 }} className="ellipsis">{oneLine(row.message)}</b>
        {row.files > 0 && <span className="faint row" style={{ gap: 3, flexShrink: 0, marginLeft: 8 }} title={row.files === 1 ? 'one file' : `${row.files} files`}><Paperclip size={11} aria-hidden />{row.files}</span>}
      </>
    ),
  },
  {
    id: 'about', header: 'About', width: 230,
    cell: ({ error }) => (error ? (
      <Link to="/issues/$issue" params={{ issue: error.issue }} search={{ item: error.event_id }} className="row ellipsis" style={{ gap: 6, minWidth: 0 }} preload={false} title={error.by === 'trace' ? `${error.title}\nthe last error in the same trace` : error.title}>
        <SeverityMark severity={severityOfLevel(error.level)} /><span className="ellipsis">{error.title || 'An error'}</span>
      </Link>
    ) : <span className="faint">–</span>),
  },
  { id: 'environment', header: 'Environment', width: 116, cell: (row) => <IdChip kind="environment" value={row.environment} max={12} /> },
  { id: 'status', header: 'Status', width: 92, cell: (row) => <StatusMark status={row.status} /> },
]

function oneLine(text: string): string { return text.slice(0, 400).replace(/\s+/g, ' ').trim() }
