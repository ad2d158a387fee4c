import { Button } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { ChevronDown, Gauge, UserRound } from 'lucide-react'
import { severityOfLevel } from '@/shared/format/severity'
import { SeverityMark } from '@/shared/ui/SeverityMark'
import { Ago } from '@/shared/ui/Values'
import { DeleteButton } from './DeleteButton'
import css from './issues.module.css'
import { Avatar, PriorityMark, StateMark, whyState } from './Marks'
import { ArchiveMenu, AssignMenu, PriorityMenu, ResolveMenu } from './Menus'
import type { IssueDetail } from './types'

export function IssueHead({ issue, assigning, onAssigning }: { issue: IssueDetail; assigning: boolean; onAssigning: (opened: boolean) => void }) {
  const navigate = useNavigate()
  const issues = [issue]
  return (
    <header className={css.head}>
      <div className={css.value}>{issue.value || issue.title || 'No message was sent'}</div>
      <div className="row wrap">
        {issue.category === 'performance'
          ? <span className="row" style={{ gap: 5 }}><Gauge size={13} aria-hidden />Performance</span>
          : <SeverityMark severity={severityOfLevel(issue.level)} label={issue.level || 'error'} />}
        {issue.handled === false && <span className={css.badge} data-tone="bad">Unhandled</span>}
        <StateMark issue={issue} />
        <span className={css.why}>{whyState(issue)}{issue.changed_at && <> · <Ago time={issue.changed_at} /></>}</span>
        <div className="spread" />
        <PriorityMenu issues={issues} target={<Button size="compact-sm" variant="default" aria-label="Priority" rightSection={<ChevronDown size={13} />}><PriorityMark priority={issue.priority} word /></Button>} />
        <AssignMenu issues={issues} opened={assigning} onChange={onAssigning} target={(
          <Button size="compact-sm" variant="default" aria-label="Assign" leftSection={issue.assignee ? <Avatar member={issue.assignee} /> : <UserRound size={13} />} rightSection={<ChevronDown size={13} />}>
            <span className="ellipsis" style={{ maxWidth: 140 }}>{issue.assignee ? issue.assignee.name || issue.assignee.email : 'Assign'}</span>
          </Button>
        )} />
        <ArchiveMenu issues={issues} />
        <ResolveMenu issues={issues} />
        <DeleteButton issues={issues} after={() => void navigate({ to: '/issues', search: {} })} />
      </div>
    </header>
  )
}
