import { ActionIcon, Menu, Tooltip, useComputedColorScheme, useMantineColorScheme } from '@mantine/core'
import { Box, ChevronsUpDown, Globe, Moon, Play, Search, Square, Sun } from 'lucide-react'
import { useMe, useScope } from '@/shared/filters/scope'
import { useAppSearch, useSetSearch } from '@/shared/filters/search'
import { isRelative } from '@/shared/time/range'
import { RangePicker } from '@/shared/time/RangePicker'
import { openPalette } from './CommandPalette'
import css from './Layout.module.css'
import { ScopePick } from './ScopePick'

export function TopBar() {
  return (
    <header className={css.bar}>
      <ProjectPick />
      <ScopePick field="environment" name="env" word="All environments" icon={<Globe size={14} />} />
      <ScopePick field="release" name="release" word="All releases" icon={<Box size={14} />} />
      <div className="spread" />
      <button type="button" className={css.palette} onClick={openPalette} aria-label="Search and commands">
        <Search size={14} /><span>Search and commands</span><kbd>{/Mac/.test(navigator.platform) ? '⌘' : 'ctrl'} K</kbd>
      </button>
      <LiveToggle />
      <RangePicker />
      <ThemeToggle />
    </header>
  )
}

function ProjectPick() {
  const me = useMe()
  const { project } = useScope()
  const setSearch = useSetSearch()
  return (
    <Menu width={220}>
      <Menu.Target>
        <button type="button" className={`${css.pick} ${css.project}`} aria-label={`Project: ${project?.name ?? ''}`}>
          <span className="ellipsis">{project?.name ?? 'No project'}</span><ChevronsUpDown size={13} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{me?.organisation.name}</Menu.Label>
        {me?.projects.map((one) => (
          <Menu.Item key={one.id} fw={one.id === project?.id ? 600 : 400}
            onClick={() => setSearch({ project: String(one.id), env: undefined, release: undefined, filter: [], item: undefined })}>
            {one.name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

function LiveToggle() {
  const { range } = useScope()
  const { live } = useAppSearch()
  const setSearch = useSetSearch()
  const on = Boolean(live) && isRelative(range)
  const label = !isRelative(range) ? 'Live needs a range that ends now' : on ? 'Stop refreshing' : 'Refresh every 5 s'
  return (
    <Tooltip label={label}>
      <ActionIcon variant={on ? 'light' : 'subtle'} color={on ? 'accent' : 'gray'} size={28} aria-label="Live" aria-pressed={on}
        disabled={!isRelative(range)} onClick={() => setSearch({ live: on ? undefined : '1' })}>
        {on ? <Square size={13} fill="currentColor" /> : <Play size={14} />}
      </ActionIcon>
    </Tooltip>
  )
}

export function ThemeToggle() {
  const scheme = useComputedColorScheme('dark')
  const { setColorScheme } = useMantineColorScheme()
  const other = scheme === 'dark' ? 'light' : 'dark'
  return (
    <Tooltip label={`Switch to ${other} theme`}>
      <ActionIcon size={28} aria-label={`Switch to ${other} theme`} onClick={() => setColorScheme(other)}>
        {scheme === 'dark' ? <Sun size={15} /> : <Moon size={15} />}
      </ActionIcon>
    </Tooltip>
  )
}
