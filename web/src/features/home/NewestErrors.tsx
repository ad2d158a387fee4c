import { Link } from '@tanstack/react-router'
import type { ErrorGroup } from '@/api/types'
import { severityOfLevel } from '@/shared/format/severity'
import { SeverityMark } from '@/shared/ui/SeverityMark'
import { Ago, Num } from '@/shared/ui/Values'
import { Card } from './Card'
import css from './home.module.css'

export function NewestErrors({ groups }: { groups: ErrorGroup[] }) {
  return (
    <Card title="Newest errors" action={<Link to="/issues" search={{}} className="link">All issues</Link>} empty={groups.length === 0 && 'Nothing broke in this range.'}>
      {groups.slice(0, 8).map((group) => (
        <Link key={group.fingerprint} to="/issues/$issue" params={{ issue: group.fingerprint }} search={{}} className={css.line}>
          <SeverityMark severity={severityOfLevel(group.level)} />
          <b className="ellipsis" style={{ flexShrink: 0, maxWidth: '42%' }}>{group.type || group.title}</b>
          <span className="dim ellipsis spread">{group.type ? group.value : group.culprit}</span>
          <span className="dim"><Num value={group.count} /></span>
          <span className={`faint ${css.when}`}><Ago time={group.last_time} /></span>
        </Link>
      ))}
    </Card>
  )
}
