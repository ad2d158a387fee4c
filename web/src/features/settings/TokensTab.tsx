import { Button, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { post, remove } from '@/api/client'
import { useGet } from '@/api/hooks'
import type { ApiToken, Items, Role } from '@/api/types'
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

const PATH = '/tokens'

export function TokensTab() {
  const tokens = useGet<Items<ApiToken> | ApiToken[]>(PATH)
  const projects = useMe()?.projects ?? []
  const revoke = useChange(PATH, (id: number) => remove(`${PATH}/${id}`))
  const nameOf = (id: number | null) => (id === null ? 'all projects' : (projects.find((project) => project.id === id)?.name ?? `project ${id}`))
  return (
    <Section title="API tokens">
      <p className="dim">A token reads and manages through the API: scripts, CI, the CLI. Never put one in a browser's code.</p>
      <Loading query={tokens} what="API tokens" skeleton={<Lines />}>{(data) => (
        <table className={css.table}>
          <thead><tr><th>Name</th><th>Starts with</th><th>Role</th><th>Project</th><th>Last used</th><th /></tr></thead>
          <tbody>
            {listOf(data).map((token) => (
              <tr key={token.id}>
                <td>{token.name}</td><td className="mono">{token.prefix}…</td><td>{token.role}</td><td>{nameOf(token.project_id)}</td>
                <td>{token.last_used_at ? <Ago time={token.last_used_at} /> : 'never'}</td>
                <td><Confirm word="Delete" title={`Delete the token ${token.name}`} onConfirm={() => revoke.mutate(token.id)}>Whatever uses it is refused from now on. This cannot be undone.</Confirm></td>
              </tr>
            ))}
          </tbody>
        </table>
      )}</Loading>
      <Problem error={revoke.error} />
      <CreateToken projects={projects} />
    </Section>
  )
}

function CreateToken({ projects }: { projects: { id: number; name: string }[] }) {
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('viewer')
  const [project, setProject] = useState('')
  const create = useChange(PATH, () => post<ApiToken>(PATH, { name: name.trim(), role, project_id: project ? Number(project) : null }))
  return (
    <>
      <form className="row wrap" onSubmit={(event) => { event.preventDefault(); create.mutate(undefined, { onSuccess: () => setName('') }) }}>
        <TextInput w={200} aria-label="Name of the new token" placeholder="Name, such as CI" value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <Select w={110} aria-label="Role" allowDeselect={false} data={ROLES} value={role} onChange={(value) => setRole((value ?? 'viewer') as Role)} />
        <Select w={160} aria-label="Project" allowDeselect={false} data={[{ value: '', label: 'All projects' }, ...projects.map((one) => ({ value: String(one.id), label: one.name }))]} value={project} onChange={(value) => setProject(value ?? '')} />
        <Button type="submit" variant="default" loading={create.isPending} disabled={!name.trim()}>Create token</Button>
      </form>
      <Problem error={create.error} />
      {create.data?.token && <Once title={`Token ${create.data.name}`} secret={create.data.token} />}
    </>
  )
}
