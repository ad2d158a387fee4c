import { Button } from '@mantine/core'
import { ChevronDown, GitMerge, X } from 'lucide-react'
import { plural } from '@/shared/format/text'
import { DeleteButton } from './DeleteButton'
import css from './issues.module.css'
import { ArchiveMenu, AssignMenu, PriorityMenu, ResolveMenu } from './Menus'
import type { Issue } from './types'
import { useDecide } from './useDecide'

/** What can be done with the selected issues. */
export function BulkBar({ issues, clear }: { issues: Issue[]; clear: () => void }) {
  const decide = useDecide()
  return (
    <div className={css.bulk} role="toolbar" aria-label="Selected issues">
      <b className="num">{plural(issues.length, 'issue')}</b>
      <ResolveMenu issues={issues} after={clear} />
      <ArchiveMenu issues={issues} after={clear} />
      <AssignMenu issues={issues} after={clear} target={<Button size="compact-sm" variant="default" rightSection={<ChevronDown size={13} />}>Assign</Button>} />
      <PriorityMenu issues={issues} after={clear} target={<Button size="compact-sm" variant="default" rightSection={<ChevronDown size={13} />}>Priority</Button>} />
      <Button size="compact-sm" variant="default" leftSection={<GitMerge size={13} />} disabled={issues.length < 2} onClick={() => { decide.merge(issues); clear() }}>Merge</Button>
      <DeleteButton issues={issues} after={clear} />
      <Button size="compact-sm" variant="subtle" color="gray" aria-label="Clear the selection" onClick={clear}><X size={13} /></Button>
    </div>
  )
}
