import { ActionIcon, Button, Checkbox, Menu, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Bookmark, ChevronDown, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { post, remove } from '@/api/client'
import { useAppSearch, useSetSearch } from '@/shared/filters/search'
import { searchOf, tabOf, useSavedSearches } from './queries'
import type { SavedSearch } from './types'

/** Searches that were kept, and keeping the one that is on. */
export function SavedSearches() {
  const { path, data } = useSavedSearches()
  const { q, tab, view } = useAppSearch()
  const setSearch = useSetSearch()
  const client = useQueryClient()
  const [name, setName] = useState('')
  const [shared, setShared] = useState(true)
  const [problem, setProblem] = useState('')
  const again = () => client.invalidateQueries({ queryKey: [path] })
  const open = (saved: SavedSearch) => setSearch({ q: saved.query || undefined, tab: 'all', view: saved.sort })
  const run = (work: Promise<unknown>) => work.then(() => { setName(''); setProblem(''); return again() }).catch((error: unknown) => setProblem(error instanceof Error ? error.message : String(error)))
  const items = data?.items ?? []
  return (
    <Menu width={300} position="bottom-end" closeOnItemClick={false}>
      <Menu.Target><Button size="compact-sm" variant="default" leftSection={<Bookmark size={13} />} rightSection={<ChevronDown size={13} />}>Searches</Button></Menu.Target>
      <Menu.Dropdown>
        {items.map((saved) => (
          <div key={saved.id} className="row" style={{ gap: 2 }}>
            <Menu.Item closeMenuOnClick onClick={() => open(saved)}>
              <div className="ellipsis">{saved.name}</div>
              <div className="faint ellipsis mono" style={{ fontSize: 11 }}>{saved.query || 'everything'}</div>
            </Menu.Item>
            {saved.mine && <ActionIcon aria-label={`Delete search ${saved.name}`} onClick={() => void run(remove(`${path}/${saved.id}`))}><Trash2 size={13} /></ActionIcon>}
          </div>
        ))}
        {items.length > 0 && <Menu.Divider />}
        <Menu.Label>Save this search</Menu.Label>
        <form className="col" style={{ padding: '2px 8px 8px' }} onSubmit={(event) => { event.preventDefault(); if (name.trim()) void run(post(path, { name: name.trim(), query: searchOf(q, tabOf(tab)), sort: view ?? 'last_seen', shared })) }}>
          <TextInput size="xs" placeholder="Name" aria-label="Name of the search" maxLength={100} value={name} onChange={(event) => setName(event.currentTarget.value)} />
          <div className="row">
            <Checkbox size="xs" label="For everyone" checked={shared} onChange={(event) => setShared(event.currentTarget.checked)} />
            <div className="spread" />
            <Button size="compact-sm" type="submit" disabled={!name.trim()}>Save</Button>
          </div>
          {problem && <div role="alert" className="bad">{problem}</div>}
        </form>
      </Menu.Dropdown>
    </Menu>
  )
}
