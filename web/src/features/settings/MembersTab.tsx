import { Button, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { patch, post, remove } from '@/api/client'
import { useGet } from '@/api/hooks'
import type { Items, Member, Role } from '@/api/types'
import { useMe } from '@/shared/filters/scope'
import { Section } from '@/shared/ui/Page'
import { Lines, Loading } from '@/shared/ui/States'
import { Ago } from '@/shared/ui/Values'
import { Confirm } from './Confirm'
import { listOf } from './lists'
import { Once } from './Once'
import { Problem } from './Problem'
import { useChange } from './queries'
import { ROLES } from './roles'
import css from './settings.module.css'

const PATH = '/members'

export function MembersTab() {
  const members = useGet<Items<Member> | Member[]>(PATH)
  const me = useMe()?.user
  const setRole = useChange(PATH, ({ id, role }: { id: number; role: Role }) => patch(`${PATH}/${id}`, { role }))
  const drop = useChange(PATH, (id: number) => remove(`${PATH}/${id}`))
  return (
    <Section title="Members">
      <p className="dim">A viewer reads. A member also changes what belongs to a project. An admin manages projects, keys, tokens and members.</p>
      <Loading query={members} what="Members" skeleton={<Lines />}>{(data) => (
        <table className={css.table}>
          <thead><tr><th>Name</th><th>Email</th><th>Role</th><th>Since</th><th /></tr></thead>
          <tbody>
            {listOf(data).map((member) => (
              <tr key={member.id}>
                <td>{member.name || <span className="faint">invited</span>}{member.id === me?.id && <span className="faint"> (you)</span>}</td>
                <td>{member.email}</td>
                <td><Select w={110} aria-label={`Role of ${member.email}`} allowDeselect={false} disabled={member.id === me?.id} data={ROLES} value={member.role} onChange={(role) => role && setRole.mutate({ id: member.id, role: role as Role })} /></td>
                <td><Ago time={member.created_at} /></td>
                <td>{member.id !== me?.id && <Confirm word="Remove" title={`Remove ${member.email}`} onConfirm={() => drop.mutate(member.id)}>They are logged out and lose access at once.</Confirm>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}</Loading>
      <Problem error={setRole.error ?? drop.error} />
      <Invite />
    </Section>
  )
}

function Invite() {
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<Role>('member')
  const invite = useChange(PATH, () => post<Member>(PATH, { email: email.trim(), role }))
  return (
    <>
      <form className="row" onSubmit={(event) => { event.preventDefault(); invite.mutate(undefined, { onSuccess: () => setEmail('') }) }}>
        <TextInput w={260} type="email" required aria-label="Email to invite" placeholder="Email" value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
        <Select w={110} aria-label="Role of the new member" allowDeselect={false} data={ROLES} value={role} onChange={(value) => setRole((value ?? 'member') as Role)} />
        <Button type="submit" variant="default" loading={invite.isPending} disabled={!email.trim()}>Invite</Button>
      </form>
      <Problem error={invite.error} />
      {invite.data?.invite_url && <Once title={`Invitation for ${invite.data.email}`} secret={invite.data.invite_url} />}
    </>
  )
}
