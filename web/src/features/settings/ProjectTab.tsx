import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { patch, post, remove } from '@/api/client'
import type { Project } from '@/api/types'
import { useMe, useScope } from '@/shared/filters/scope'
import { useSetSearch } from '@/shared/filters/search'
import { Section } from '@/shared/ui/Page'
import { Confirm } from './Confirm'
import { Problem } from './Problem'
import { useChange } from './queries'

export function ProjectTab() {
  const { project } = useScope()
  const me = useMe()
  const admin = me?.user?.role === 'admin'
  if (!project) return null
  return (
    <>
      <Rename key={project.id} project={project} admin={admin} />
      {admin && <Create />}
      {admin && (me?.projects.length ?? 0) > 1 && <Delete project={project} />}
    </>
  )
}

function Rename({ project, admin }: { project: Project; admin: boolean }) {
  const [name, setName] = useState(project.name)
  const rename = useChange('/projects', (to: string) => patch(`/projects/${project.id}`, { name: to }))
  return (
    <Section title="This project">
      <form className="row" onSubmit={(event) => { event.preventDefault(); rename.mutate(name.trim()) }}>
        <TextInput w={280} aria-label="Name" value={name} readOnly={!admin} onChange={(event) => setName(event.currentTarget.value)} />
        {admin && <Button type="submit" variant="default" loading={rename.isPending} disabled={!name.trim() || name === project.name}>Rename</Button>}
        <span className="faint">id {project.id}</span>
      </form>
      <Problem error={rename.error} />
    </Section>
  )
}

function Create() {
  const [name, setName] = useState('')
  const setSearch = useSetSearch()
  const create = useChange('/projects', async (wanted: string) => {
    const made = await post<Project>('/projects', { name: wanted })
    setName('')
    setSearch({ project: String(made.id) })
  })
  return (
    <Section title="Another project">
      <form className="row" onSubmit={(event) => { event.preventDefault(); create.mutate(name.trim()) }}>
        <TextInput w={280} aria-label="Name of the new project" placeholder="Name" value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <Button type="submit" variant="default" loading={create.isPending} disabled={!name.trim()}>Create project</Button>
      </form>
      <Problem error={create.error} />
    </Section>
  )
}

function Delete({ project }: { project: Project }) {
  const setSearch = useSetSearch()
  const drop = useChange('/projects', async () => { await remove(`/projects/${project.id}`); setSearch({ project: undefined }) })
  return (
    <Section title="Delete">
      <div className="row">
        <Confirm word={`Delete ${project.name}`} title={`Delete the project ${project.name}`} busy={drop.isPending} onConfirm={() => drop.mutate(undefined)}>
          Its keys stop working and everything it has received is deleted. This cannot be undone.
        </Confirm>
      </div>
      <Problem error={drop.error} />
    </Section>
  )
}
