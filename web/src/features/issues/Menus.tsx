import { Button, Menu, NumberInput, TextInput } from '@mantine/core'
import { Archive, CircleCheck, ChevronDown, RotateCcw } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useMe } from '@/shared/filters/scope'
import { Avatar, PriorityMark } from './Marks'
import { useMembers } from './queries'
import type { Issue, IssueChange } from './types'
import { useDecide } from './useDecide'

interface Props { issues: Issue[]; after?: () => void }
const HOURS = [{ label: 'For an hour', hours: 1 }, { label: 'For a day', hours: 24 }, { label: 'For a week', hours: 168 }, { label: 'For 30 days', hours: 720 }]

/** `target` is what opens the menu, and `opened` lets a key do it. */
interface Openable { opened?: boolean; onChange?: (opened: boolean) => void }
function control({ opened, onChange }: Openable) { return opened === undefined ? {} : { opened, onChange: onChange ?? (() => undefined) } }

export function ResolveMenu({ issues, after }: Props) {
  const decide = useDecide()
  const [release, setRelease] = useState('')
  const all = (change: IssueChange, done: string) => { decide.change(issues, change, done); after?.() }
  if (issues.every(({ status }) => status === 'resolved')) {
    return <Button size="compact-sm" variant="default" leftSection={<RotateCcw size={13} />} onClick={() => all({ status: 'unresolved' }, 'Reopened')}>Reopen</Button>
  }
  return (
    <Button.Group>
      <Button size="compact-sm" leftSection={<CircleCheck size={13} />} onClick={() => all({ status: 'resolved' }, 'Resolved')}>Resolve</Button>
      <Menu width={270} position="bottom-end">
        <Menu.Target><Button size="compact-sm" px={5} aria-label="Resolve in a release"><ChevronDown size={13} /></Button></Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => all({ status: 'resolved', resolution: 'next' }, 'Resolved in the next release')}>In the next release</Menu.Item>
          <Menu.Divider />
          <Menu.Label>Fixed in a release</Menu.Label>
          <form className="row" style={{ padding: '2px 8px 6px' }} onSubmit={(event) => { event.preventDefault(); if (release.trim()) all({ status: 'resolved', resolution: 'release', release: release.trim() }, `Resolved in ${release.trim()}`) }}>
            <TextInput size="xs" placeholder={issues[0]?.last_release || 'shop@1.2.0'} aria-label="Release" value={release} maxLength={250} onChange={(event) => setRelease(event.currentTarget.value)} />
            <Button size="compact-sm" type="submit" variant="default">Resolve</Button>
          </form>
        </Menu.Dropdown>
      </Menu>
    </Button.Group>
  )
}

export function ArchiveMenu({ issues, after }: Props) {
  const decide = useDecide()
  const [count, setCount] = useState<number | string>(100)
  const all = (change: IssueChange, done: string) => { decide.change(issues, { status: 'archived', ...change }, done); after?.() }
  if (issues.every(({ status }) => status === 'archived')) {
    return <Button size="compact-sm" variant="default" onClick={() => { decide.change(issues, { status: 'unresolved' }, 'Unarchived'); after?.() }}>Unarchive</Button>
  }
  const number = Number(count)
  return (
    <Menu width={250} position="bottom-end">
      <Menu.Target><Button size="compact-sm" variant="default" leftSection={<Archive size={13} />} rightSection={<ChevronDown size={13} />}>Archive</Button></Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => all({ archived_until: 'escalating' }, 'Archived until it escalates')}>Until it escalates</Menu.Item>
        {HOURS.map(({ label, hours }) => (
          <Menu.Item key={hours} onClick={() => all({ archived_until: 'time', until_time: new Date(Date.now() + hours * 3_600_000).toISOString() }, `Archived ${label.toLowerCase()}`)}>{label}</Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>Until it happens again</Menu.Label>
        <div className="row" style={{ padding: '2px 8px 6px' }}>
          <NumberInput size="xs" w={80} min={1} max={1_000_000} value={count} onChange={setCount} aria-label="How many" hideControls />
          <Button size="compact-sm" variant="default" disabled={!(number >= 1)} onClick={() => all({ archived_until: 'events', until_count: number }, `Archived until ${number} more events`)}>events</Button>
          <Button size="compact-sm" variant="default" disabled={!(number >= 1)} onClick={() => all({ archived_until: 'users', until_count: number }, `Archived until ${number} users`)}>users</Button>
        </div>
        <Menu.Divider />
        <Menu.Item onClick={() => all({ archived_until: 'forever' }, 'Archived forever')}>Forever</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

export function AssignMenu({ issues, after, target, ...open }: Props & Openable & { target: ReactNode }) {
  const decide = useDecide()
  const members = useMembers()
  const me = useMe()?.user
  const [wanted, setWanted] = useState('')
  const all = (assignee: number | null, done: string) => { decide.change(issues, { assignee }, done); after?.() }
  const others = members.filter(({ id, name, email }) => id !== me?.id && `${name} ${email}`.toLowerCase().includes(wanted.toLowerCase()))
  return (
    <Menu width={250} position="bottom-start" {...control(open)}>
      <Menu.Target>{target}</Menu.Target>
      <Menu.Dropdown>
        {members.length > 8 && <TextInput size="xs" m={6} placeholder="Find a member" value={wanted} onChange={(event) => setWanted(event.currentTarget.value)} />}
        {me && <Menu.Item leftSection={<Avatar member={me} />} onClick={() => all(me.id, 'Assigned to you')}>Me</Menu.Item>}
        {others.slice(0, 30).map((member) => (
          <Menu.Item key={member.id} leftSection={<Avatar member={member} />} onClick={() => all(member.id, `Assigned to ${member.name || member.email}`)}><span className="ellipsis">{member.name || member.email}</span></Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => all(null, 'Assigned to nobody')}>Nobody</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

export function PriorityMenu({ issues, after, target }: Props & { target: ReactNode }) {
  const decide = useDecide()
  return (
    <Menu width={180} position="bottom-start">
      <Menu.Target>{target}</Menu.Target>
      <Menu.Dropdown>
        {(['high', 'medium', 'low'] as const).map((priority) => (
          <Menu.Item key={priority} onClick={() => { decide.change(issues, { priority }, `Priority ${priority}`); after?.() }}><PriorityMark priority={priority} word /></Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => { decide.change(issues, { priority: null }, 'Priority by level'); after?.() }}>By level and handling</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
