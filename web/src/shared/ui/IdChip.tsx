import { Menu } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { Activity, Ban, Box, Copy, Filter, GitBranch, Globe, Hash, ListTree, Logs, ScrollText, TriangleAlert, User } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { type AppSearch, keptOf, useAppSearch, useSetSearch } from '@/shared/filters/search'
import { truncateMiddle } from '@/shared/format/text'
import { copyText } from './Copy'
import css from './IdChip.module.css'

export type IdKind = 'user' | 'session' | 'trace' | 'release' | 'service' | 'environment'
const FIELD = { user: 'user_id', session: 'session_id', trace: 'trace_id', release: 'release', service: 'service', environment: 'environment' } as const
const SEARCH = { ...FIELD, environment: 'env' } as const
const ICON = { user: User, session: Hash, trace: GitBranch, release: Box, service: Activity, environment: Globe }
const LISTS = [
  { to: '/logs', word: 'Logs', icon: ScrollText },
  { to: '/traces', word: 'Traces', icon: ListTree },
  { to: '/issues', word: 'Issues', icon: TriangleAlert },
  { to: '/events', word: 'Events', icon: Logs },
] as const

interface Props { kind: IdKind; value: string | undefined | null; label?: ReactNode; max?: number }

/** An id that joins signals, with the ways to follow it. The menu is built on the first click: a list shows hundreds of chips. */
export function IdChip({ kind, value, label, max = 22 }: Props) {
  const [armed, setArmed] = useState(false)
  if (!value) return null
  const Icon = ICON[kind]
  const chip = (
    <button type="button" className={css.chip} title={`${kind} ${value}`} aria-haspopup="menu" onClick={(event) => { event.stopPropagation(); setArmed(true) }}>
      <Icon size={11} aria-hidden /><span className="ellipsis">{label ?? truncateMiddle(value, max)}</span>
    </button>
  )
  return armed ? <ChipMenu kind={kind} value={value} chip={chip} /> : chip
}

function ChipMenu({ kind, value, chip }: { kind: IdKind; value: string; chip: ReactNode }) {
  const search = useAppSearch()
  const setSearch = useSetSearch()
  const kept = keptOf(search)
  const only: AppSearch = { ...kept, [SEARCH[kind]]: value }
  const exclude = () => setSearch({ filter: [...(search.filter ?? []), `${FIELD[kind]}!=${value}`], item: undefined })
  return (
    <Menu width={210} defaultOpened>
      <Menu.Target>{chip}</Menu.Target>
      <Menu.Dropdown onClick={(event) => event.stopPropagation()}>
        <Menu.Label className="ellipsis">{kind} {truncateMiddle(value, 24)}</Menu.Label>
        {kind === 'trace' && (
          <Menu.Item leftSection={<GitBranch size={14} />} renderRoot={(props) => <Link {...props} to="/traces/$traceId" params={{ traceId: value }} search={kept} />}>Open trace</Menu.Item>
        )}
        <Menu.Item leftSection={<Filter size={14} />} onClick={() => setSearch({ [SEARCH[kind]]: value, item: undefined })}>Filter to this</Menu.Item>
        <Menu.Item leftSection={<Ban size={14} />} onClick={exclude}>Exclude this</Menu.Item>
        <Menu.Divider />
        {LISTS.map(({ to, word, icon: One }) => (
          <Menu.Item key={to} leftSection={<One size={14} />} renderRoot={(props) => <Link {...props} to={to} search={only} />}>{word} of this {kind}</Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<Copy size={14} />} onClick={() => void copyText(value)}>Copy</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

/** Every joining id a row knows. */
export function JoinChips({ of }: { of: { user_id?: string; session_id?: string; trace_id?: string; service?: string; release?: string; environment?: string } }) {
  return (
    <div className="row wrap" style={{ gap: 6 }}>
      <IdChip kind="service" value={of.service} />
      <IdChip kind="environment" value={of.environment} />
      <IdChip kind="release" value={of.release} />
      <IdChip kind="trace" value={of.trace_id} />
      <IdChip kind="session" value={of.session_id} />
      <IdChip kind="user" value={of.user_id} />
    </div>
  )
}
