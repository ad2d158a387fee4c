import { Link } from '@tanstack/react-router'
import type { Release } from '@/api/types'
import { toMs } from '@/shared/format/times'
import type { Column } from '@/shared/ui/DataTable'
import { Ago, Num } from '@/shared/ui/Values'
import { Share, shareText } from './Health'
import css from './releases.module.css'

const begun = (row: Release) => row.first_time ?? row.created_at

export const COLUMNS: Column<Release>[] = [
  {
    id: 'version', header: 'Release', width: 260, grow: true, sortBy: (row) => row.version,
    cell: (row) => (
      <Link to="/releases/$version" params={{ version: row.version }} search={{}} className="row spread" style={{ gap: 10 }} preload={false}>
        <b style={{ fontWeight: 550 }} className="ellipsis" title={row.version}>{row.version}</b>
        {environmentsOf(row).map((environment) => <span key={environment} className={css.badge}>{environment}</span>)}
      </Link>
    ),
  },
  { id: 'first', header: 'Since', width: 96, align: 'right', sortBy: (row) => toMs(begun(row) ?? ''), cell: (row) => { const time = begun(row); return <span className="dim">{time && <Ago time={time} />}</span> } },
  { id: 'adoption', header: 'Adoption', width: 90, align: 'right', sortBy: (row) => row.adoption ?? -1, cell: (row) => <span className="num dim">{row.adoption === null ? '–' : shareText(row.adoption)}</span> },
  { id: 'sessions', header: 'Sessions', width: 90, align: 'right', sortBy: (row) => row.sessions, cell: (row) => <span className={row.sessions ? undefined : 'faint'}><Num value={row.sessions} /></span> },
  { id: 'free', header: 'Crash-free sessions', width: 130, align: 'right', sortBy: (row) => row.crash_free_sessions ?? 101, cell: (row) => <Share value={row.crash_free_sessions} of="sessions" /> },
  { id: 'users', header: 'Crash-free users', width: 118, align: 'right', sortBy: (row) => row.crash_free_users ?? 101, cell: (row) => <Share value={row.crash_free_users} of="known users" /> },
  { id: 'errors', header: 'Errors', width: 78, align: 'right', sortBy: (row) => row.errors, cell: (row) => <span className={row.errors ? undefined : 'faint'}><Num value={row.errors} /></span> },
  { id: 'new', header: 'New', width: 64, align: 'right', sortBy: (row) => row.new_issues, cell: (row) => <span className={row.new_issues ? 'bad' : 'faint'}><Num value={row.new_issues} unit="errors seen in this release first" /></span> },
  { id: 'regressed', header: 'Regressed', width: 86, align: 'right', sortBy: (row) => row.regressed_issues, cell: (row) => <span className={row.regressed_issues ? 'bad' : 'faint'}><Num value={row.regressed_issues} unit="errors that were resolved before" /></span> },
]

export function environmentsOf(release: Release): string[] {
  return [...new Set(release.deploys.map((deploy) => deploy.environment))]
}
