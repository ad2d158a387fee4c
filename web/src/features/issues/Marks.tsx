import { ArrowDown, ArrowUp, Archive, CircleCheck, CircleDot, Equal, Flame, RotateCcw, Sparkles } from 'lucide-react'
import css from './issues.module.css'
import type { Issue } from './types'

const STATES = {
  new: { icon: Sparkles, word: 'New', tone: 'info' },
  ongoing: { icon: CircleDot, word: 'Ongoing', tone: 'plain' },
  escalating: { icon: Flame, word: 'Escalating', tone: 'bad' },
  regressed: { icon: RotateCcw, word: 'Regressed', tone: 'bad' },
  resolved: { icon: CircleCheck, word: 'Resolved', tone: 'good' },
  archived: { icon: Archive, word: 'Archived', tone: 'plain' },
} as const

/** The state in a word and an icon; why, on hover. */
export function StateMark({ issue }: { issue: Issue }) {
  const name = issue.status === 'unresolved' ? issue.substatus || 'ongoing' : issue.status
  const { icon: Icon, word, tone } = STATES[name]
  return <span className={css.state} data-tone={tone} title={whyState(issue)}><Icon size={12} strokeWidth={2.2} aria-hidden />{word}</span>
}

export function whyState(issue: Issue): string {
  if (issue.substatus === 'regressed') return `It was resolved and came back${issue.cause && ` in ${issue.cause}`}`
  if (issue.substatus === 'escalating') return `It was archived and escalated${issue.cause && `: ${issue.cause} events in an hour`}`
  if (issue.status === 'resolved') {
    if (issue.resolution === 'next') return issue.release ? `Resolved in the release after ${issue.release}` : 'Resolved in the next release'
    return issue.resolution === 'release' ? `Resolved in ${issue.release}` : 'Resolved'
  }
  if (issue.status === 'archived') return untilText(issue)
  return issue.substatus === 'new' ? 'First seen in the last three days' : 'Nobody has decided about it'
}

export function untilText({ archived_until, until_time, until_count, ceiling }: Issue): string {
  switch (archived_until) {
    case 'escalating': return `Archived until there are more than ${ceiling ?? '?'} events in an hour`
    case 'time': return `Archived until ${until_time ? new Date(until_time).toLocaleString() : '?'}`
    case 'events': return `Archived until ${until_count ?? '?'} more events`
    case 'users': return `Archived until ${until_count ?? '?'} users meet it`
    default: return 'Archived forever'
  }
}

const PRIORITY = { high: ArrowUp, medium: Equal, low: ArrowDown }
export function PriorityMark({ priority, word = false }: { priority: Issue['priority']; word?: boolean }) {
  const Icon = PRIORITY[priority]
  return <span className={css.priority} data-priority={priority} title={`${priority} priority`}><Icon size={12} strokeWidth={2.4} {...(word ? { 'aria-hidden': true } : { role: 'img', 'aria-label': `${priority} priority` })} />{word && priority}</span>
}

export function Avatar({ member }: { member: { name: string; email: string } | null }) {
  if (!member) return null
  const text = member.name || member.email
  const letters = text.split(/[\s.@_-]+/).filter(Boolean).slice(0, 2).map((part) => part.charAt(0).toUpperCase()).join('')
  return <span className={css.avatar} title={text} role="img" aria-label={`Assigned to ${text}`}>{letters}</span>
}
