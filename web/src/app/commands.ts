import { useComputedColorScheme, useMantineColorScheme } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { CalendarClock, FolderOpen, Gauge, GitBranch, type LucideIcon, Search, SunMoon, TriangleAlert } from 'lucide-react'
import { useMe } from '@/shared/filters/scope'
import { useSetSearch } from '@/shared/filters/search'
import { PRESETS } from '@/shared/time/range'
import { ALL_PAGES } from './pages'

export interface Command { id: string; word: string; note: string; icon: LucideIcon; run: () => void }

export function useCommands(text: string): Command[] {
  const navigate = useNavigate()
  const setSearch = useSetSearch()
  const me = useMe()
  const scheme = useComputedColorScheme('dark')
  const { setColorScheme } = useMantineColorScheme()
  const other = scheme === 'dark' ? 'light' : 'dark'
  const query = text.trim()

  const fixed: Command[] = [
    ...ALL_PAGES.map(({ to, word, icon }) => ({ id: to, word, note: 'Page', icon, run: () => void navigate({ to, search: {} }) })),
    ...(me?.projects ?? []).map((project) => ({
      id: `project ${project.id}`, word: `Switch to ${project.name}`, note: 'Project', icon: FolderOpen, run: () => setSearch({ project: String(project.id) }),
    })),
    ...PRESETS.map(({ since, label }) => ({ id: since, word: label, note: 'Time range', icon: CalendarClock, run: () => setSearch({ since, until: undefined }) })),
    { id: 'theme', word: `Switch to ${other} theme`, note: 'Appearance', icon: SunMoon, run: () => setColorScheme(other) },
  ]
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const matching = fixed.filter(({ word, note }) => words.every((one) => `${word} ${note}`.toLowerCase().includes(one)))
  return [...idCommands(query, navigate), ...matching, ...searchCommands(query, navigate)]
}

type Navigate = ReturnType<typeof useNavigate>

/** 32 hex digits are a trace or an error; a pasted id opens without asking what it is. */
function idCommands(query: string, navigate: Navigate): Command[] {
  const id = query.replaceAll('-', '').toLowerCase()
  if (!/^[0-9a-f]{32}$/.test(id)) return []
  return [
    { id: 'trace', word: `Open trace ${id}`, note: 'Id', icon: GitBranch, run: () => void navigate({ to: '/traces/$traceId', params: { traceId: id }, search: {} }) },
    { id: 'error', word: `Open issue ${id}`, note: 'Id', icon: TriangleAlert, run: () => void navigate({ to: '/issues/$issue', params: { issue: id }, search: {} }) },
  ]
}

function searchCommands(query: string, navigate: Navigate): Command[] {
  if (!query) return []
  return [
    { id: 'logs for', word: `Search logs for “${query}”`, note: 'Search', icon: Search, run: () => void navigate({ to: '/logs', search: { q: query } }) },
    { id: 'issues for', word: `Search issues for “${query}”`, note: 'Search', icon: Search, run: () => void navigate({ to: '/issues', search: { q: query, tab: 'all' } }) },
    { id: 'transactions for', word: `Transactions named “${query}”`, note: 'Search', icon: Gauge, run: () => void navigate({ to: '/performance', search: { q: query } }) },
    { id: 'user', word: `Events of user “${query}”`, note: 'Search', icon: Search, run: () => void navigate({ to: '/events', search: { user_id: query } }) },
  ]
}
