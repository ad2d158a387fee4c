import { Button, Textarea } from '@mantine/core'
import { Archive, CircleCheck, Flame, GitMerge, MessageSquare, RotateCcw, Signal, Undo2, UserRound } from 'lucide-react'
import { useState } from 'react'
import { asText, plural } from '@/shared/format/text'
import { fullTime } from '@/shared/format/times'
import { Section } from '@/shared/ui/Page'
import { Ago } from '@/shared/ui/Values'
import css from './issues.module.css'
import { Avatar } from './Marks'
import { commentOn, useActivity, useIssueCall, useMembers } from './queries'
import type { Activity, IssueDetail } from './types'

const ICONS = {
  comment: MessageSquare, resolved: CircleCheck, archived: Archive, reopened: RotateCcw, regressed: RotateCcw, escalating: Flame,
  unarchived: Undo2, assigned: UserRound, priority: Signal, merged: GitMerge, unmerged: GitMerge, regrouped: GitMerge,
} as const

/** What happened to the issue and what people said of it. */
export function ActivityFeed({ issue }: { issue: IssueDetail }) {
  const { data } = useActivity(issue.id)
  const members = useMembers()
  const [text, setText] = useState('')
  const comment = useIssueCall(commentOn)
  const send = () => { if (text.trim()) comment.mutate({ issue: issue.id, text }, { onSuccess: () => setText('') }) }
  const named = (id: unknown) => { const one = members.find((member) => member.id === id); return one ? one.name || one.email : 'somebody who left' }
  return (
    <Section title="Activity">
      <form className="col" onSubmit={(event) => { event.preventDefault(); send() }}>
        <Textarea autosize minRows={1} maxRows={12} maxLength={10_000} placeholder="Say something about this issue" aria-label="Comment" value={text}
          onChange={(event) => setText(event.currentTarget.value)} onKeyDown={(event) => { if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) send() }} />
        {text && <div className="row" style={{ justifyContent: 'flex-end' }}><span className="faint">ctrl enter</span><Button size="compact-sm" type="submit" loading={comment.isPending}>Comment</Button></div>}
        {comment.error && <div role="alert" className="bad">{comment.error.message}</div>}
      </form>
      <ul className={css.said}>
        {(data?.items ?? []).map((one) => <Entry key={one.id} one={one} named={named} />)}
        <li><span className={css.dot}><Signal size={12} /></span><span className="dim">First seen <Ago time={issue.first_time} />{issue.first_release && ` in ${issue.first_release}`}</span></li>
      </ul>
    </Section>
  )
}

function Entry({ one, named }: { one: Activity; named: (id: unknown) => string }) {
  const Icon = ICONS[one.kind as keyof typeof ICONS] ?? Signal
  const who = one.user ? one.user.name || one.user.email : one.kind in { regressed: 1, escalating: 1, unarchived: 1, regrouped: 1 } ? 'vedette' : 'An API token'
  return (
    <li>
      {one.kind === 'comment' && one.user ? <Avatar member={one.user} /> : <span className={css.dot}><Icon size={13} /></span>}
      <div>
        <span><b style={{ fontWeight: 550 }}>{who}</b> <span className="dim">{told(one, named)} · <Ago time={one.created_at} /></span></span>
        {one.kind === 'comment' && <p>{asText(one.data['text'])}</p>}
      </div>
    </li>
  )
}

function told({ kind, data }: Activity, named: (id: unknown) => string): string {
  const text = (name: string) => asText(data[name])
  switch (kind) {
    case 'comment': return 'said'
    case 'resolved': return data['resolution'] === 'next' ? `resolved it in the release after ${text('release') || 'the latest'}` : data['resolution'] === 'release' ? `resolved it in ${text('release')}` : 'resolved it'
    case 'archived': return archived(data)
    case 'reopened': return 'opened it again'
    case 'regressed': return `saw it again${data['cause'] ? ` in ${text('cause')}` : ''}`
    case 'escalating': return `saw it escalate: ${text('cause')} events in an hour`
    case 'unarchived': return 'took it out of the archive'
    case 'assigned': return data['to'] === null ? 'assigned it to nobody' : `assigned it to ${named(data['to'])}`
    case 'priority': return data['priority'] ? `made it ${text('priority')} priority` : 'left its priority to level and handling'
    case 'merged': return `merged ${plural(Array.isArray(data['issues']) ? data['issues'].length : 1, 'issue')} into it`
    case 'unmerged': return `let ${plural(Array.isArray(data['fingerprints']) ? data['fingerprints'].length : 1, 'fingerprint')} leave`
    case 'regrouped': return 'kept together what a new version of grouping calls by another fingerprint'
    default: return kind
  }
}

function archived(data: Record<string, unknown>): string {
  const count = asText(data['count'])
  switch (data['until']) {
    case 'escalating': return `archived it until there are more than ${asText(data['ceiling'])} events in an hour`
    case 'events': return `archived it until ${count} more events`
    case 'users': return `archived it until ${count} users meet it`
    case 'time': return `archived it until ${fullTime(asText(data['time']))}`
    default: return 'archived it'
  }
}
