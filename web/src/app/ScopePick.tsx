import { Menu, ScrollArea, TextInput } from '@mantine/core'
import { ChevronDown } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useQueries } from '@tanstack/react-query'
import { get } from '@/api/client'
import type { FieldValue, Items } from '@/api/types'
import { useScope } from '@/shared/filters/scope'
import { useAppSearch, useSetSearch } from '@/shared/filters/search'
import css from './Layout.module.css'

const SIGNALS = ['spans', 'logs', 'errors'] as const

/** One of the top bar's exact filters; its choices are the values any signal has seen, asked only once it is opened. */
export function ScopePick({ field, name, word, icon }: { field: 'environment' | 'release'; name: 'env' | 'release'; word: string; icon: ReactNode }) {
  const { base } = useScope()
  const value = useAppSearch()[name]
  const setSearch = useSetSearch()
  const [opened, setOpened] = useState(false)
  const [wanted, setWanted] = useState('')
  const answers = useQueries({
    queries: SIGNALS.map((signal) => {
      const query = { signal, field, since: '-7d' }
      return { queryKey: [`${base}/fields/values`, query], queryFn: () => get<Items<FieldValue>>(`${base}/fields/values`, query), enabled: opened }
    }),
  })
  const values = [...new Set(answers.flatMap((answer) => answer.data?.items.map((item) => item.value) ?? []))].filter(Boolean)
  const shown = values.filter((one) => one.toLowerCase().includes(wanted.toLowerCase())).slice(0, 100)
  const waiting = answers.some((answer) => answer.isLoading)
  const choose = (next: string | undefined) => { setOpened(false); setSearch({ [name]: next }) }
  return (
    <Menu opened={opened} onChange={setOpened} width={240}>
      <Menu.Target>
        <button type="button" className={css.pick} data-set={value ? true : undefined} aria-label={`${field}: ${value ?? 'all'}`}>
          {icon}<span className={value ? 'ellipsis' : `ellipsis ${css.wide}`}>{value ?? word}</span><ChevronDown size={12} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {values.length > 8 && <TextInput placeholder="Search" value={wanted} onChange={(event) => setWanted(event.currentTarget.value)} m={4} />}
        <Menu.Item onClick={() => choose(undefined)} fw={value ? 400 : 600}>{word}</Menu.Item>
        <Menu.Divider />
        <ScrollArea.Autosize mah={300}>
          {shown.map((one) => <Menu.Item key={one} onClick={() => choose(one)} fw={one === value ? 600 : 400}><span className="ellipsis">{one}</span></Menu.Item>)}
          {shown.length === 0 && <Menu.Label>{waiting ? 'Loading…' : `No ${field} was sent in the last 7 days`}</Menu.Label>}
        </ScrollArea.Autosize>
      </Menu.Dropdown>
    </Menu>
  )
}
