import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { post, remove } from '@/api/client'
import { useGet } from '@/api/hooks'
import type { IngestKey, Items } from '@/api/types'
import { useMe, useScope } from '@/shared/filters/scope'
import { CopyValue } from '@/shared/ui/Copy'
import { Section } from '@/shared/ui/Page'
import { Lines, Loading } from '@/shared/ui/States'
import { Ago } from '@/shared/ui/Values'
import { Confirm } from './Confirm'
import { listOf } from './lists'
import { Problem } from './Problem'
import { useChange } from './queries'
import css from './settings.module.css'

export function KeysTab() {
  const { base } = useScope()
  const path = `${base}/keys`
  const admin = useMe()?.user?.role === 'admin'
  const keys = useGet<Items<IngestKey> | IngestKey[]>(path)
  const revoke = useChange(path, (id: number) => remove(`${path}/${id}`))
  const [name, setName] = useState('')
  const create = useChange(path, async (wanted: string) => { await post(path, { name: wanted }); setName('') })
  return (
    <Section title="Ingest keys">
      <p className="dim">A key lets a client send data to this project, and nothing else. It may stand in a browser's code.</p>
      <Loading query={keys} what="Ingest keys" skeleton={<Lines />}>{(data) => (
        <table className={css.table}>
          <thead><tr><th>Name</th><th>Key</th><th>Created</th><th /></tr></thead>
          <tbody>
            {listOf(data).map((key) => (
              <tr key={key.id} className={key.revoked_at ? 'faint' : undefined}>
                <td>{key.name}</td>
                <td className="mono"><CopyValue text={key.key} /></td>
                <td><Ago time={key.created_at} /></td>
                <td>{key.revoked_at ? <span>revoked <Ago time={key.revoked_at} /></span> : admin && (
                  <Confirm word="Revoke" title={`Revoke the key ${key.name}`} onConfirm={() => revoke.mutate(key.id)}>Clients that use it are refused from now on. This cannot be undone.</Confirm>
                )}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}</Loading>
      <Problem error={revoke.error ?? create.error} />
      {admin && (
        <form className="row" onSubmit={(event) => { event.preventDefault(); create.mutate(name.trim()) }}>
          <TextInput w={240} aria-label="Name of the new key" placeholder="Name, such as web app" value={name} onChange={(event) => setName(event.currentTarget.value)} />
          <Button type="submit" variant="default" loading={create.isPending} disabled={!name.trim()}>Create key</Button>
        </form>
      )}
    </Section>
  )
}
