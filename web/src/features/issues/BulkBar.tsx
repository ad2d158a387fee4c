import { Button } from '@mantine/core'
import { ChevronDown, GitMerge, X } from 'lucide-react'
import { useEffect } from 'react'
import { exactNumber } from '@/shared/format/numbers'
import { plural } from '@/shared/format/text'
import { DeleteButton } from './DeleteButton'
import css from './issues.module.css'
import { ArchiveMenu, AssignMenu, PriorityMenu, ResolveMenu } from './Menus'
import type { Issue } from './types'
import { useDecide } from './useDecide'

export const MOST_MATCHING = 10_000
/** `total` match the search; `all` is set once they are meant, and not only those on the page. */
export interface All { total: number; loaded: number; on: boolean; choose: () => void; forget: () => void }

/** What can be done with the selected issues, or with all that match. */
export function BulkBar({ issues, all, clear }: { issues: Issue[]; all: All; clear: () => void }) {
  const decide = useDecide()
  // Whoever changed the selection meant something else: all that match are meant again only when they are chosen again.
  const { on, forget } = all
  useEffect(() => { if (!on) forget() }, [on, forget])
  const offered = !all.on && issues.length === all.loaded && all.total > all.loaded
  return (
    <div className={css.bulk} role="toolbar" aria-label="Selected issues">
      <b className="num">{all.on ? `All ${plural(all.total, 'issue')}` : plural(issues.length, 'issue')}</b>
      {offered && (all.total <= MOST_MATCHING
        ? <Button size="compact-sm" variant="light" onClick={all.choose}>Select all {exactNumber(all.total)} that match</Button>
        : <span className="faint">narrow the search to {exactNumber(MOST_MATCHING)} to select all that match</span>)}
      <ResolveMenu issues={issues} after={clear} />
      <ArchiveMenu issues={issues} after={clear} />
      <AssignMenu issues={issues} after={clear} target={<Button size="compact-sm" variant="default" rightSection={<ChevronDown size={13} />}>Assign</Button>} />
      <PriorityMenu issues={issues} after={clear} target={<Button size="compact-sm" variant="default" rightSection={<ChevronDown size={13} />}>Priority</Button>} />
      <Button size="compact-sm" variant="default" leftSection={<GitMerge size={13} />} disabled={issues.length < 2 || all.on} title={all.on ? 'Issues are merged one by one or page by page' : undefined} onClick={() => { decide.merge(issues); clear() }}>Merge</Button>
      <DeleteButton issues={issues} all={all.on ? all.total : undefined} after={clear} />
      <Button size="compact-sm" variant="subtle" color="gray" aria-label="Clear the selection" onClick={clear}><X size={13} /></Button>
    </div>
  )
}
