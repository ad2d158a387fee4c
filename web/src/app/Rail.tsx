import { Menu, Tooltip } from '@mantine/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { LogOut, PanelLeftClose, PanelLeftOpen, UserRound } from 'lucide-react'
import type { ComponentType } from 'react'
import { post } from '@/api/client'
import { useMe } from '@/shared/filters/scope'
import mark from '@/shared/ui/mark.svg'
import { usePreference } from '@/shared/ui/preference'
import css from './Layout.module.css'
import { FOOT, RAIL } from './pages'
import { queryClient } from './queryClient'

type Entry = { to: string; word: string; icon: ComponentType<{ size?: number; strokeWidth?: number }> }

function Entries({ pages, folded }: { pages: readonly Entry[]; folded: boolean }) {
  return pages.map(({ to, word, icon: Icon }) => (
    <Tooltip key={to} label={word} position="right" disabled={!folded} openDelay={100}>
      <Link to={to} search={{}} className={css.item} aria-label={word} activeOptions={{ exact: to === '/', includeSearch: false }}>
        <Icon size={16} strokeWidth={1.9} /><span>{word}</span>
      </Link>
    </Tooltip>
  ))
}

export function Rail() {
  const [folded, setFolded] = usePreference('rail.folded', false)
  const Fold = folded ? PanelLeftOpen : PanelLeftClose
  return (
    <nav className={css.rail} data-folded={folded || undefined} aria-label="Pages">
      <div className={css.brand}><img src={mark} alt="" /><span>vedette</span></div>
      {RAIL.map(({ title, pages }) => (
        <div key={title ?? 'top'} className={css.group}>
          {title && <div className={css.title}>{title}</div>}
          <Entries pages={pages} folded={folded} />
        </div>
      ))}
      <div className="spread" />
      <div className={css.group}>
        <Entries pages={FOOT} folded={folded} />
        <Account />
        <button type="button" className={`${css.item} ${css.fold}`} onClick={() => setFolded(!folded)} aria-label={folded ? 'Unfold the rail' : 'Fold the rail'}>
          <Fold size={16} strokeWidth={1.9} /><span>Fold</span>
        </button>
      </div>
    </nav>
  )
}

function Account() {
  const me = useMe()
  const navigate = useNavigate()
  const logOut = async () => {
    await post('/auth/logout').catch(() => undefined)
    queryClient.clear()
    await navigate({ to: '/login', search: {} })
  }
  return (
    <Menu position="right-end" width={220}>
      <Menu.Target>
        <button type="button" className={css.item} aria-label="Account"><UserRound size={16} strokeWidth={1.9} /><span className="ellipsis">{me?.user?.name || me?.user?.email}</span></button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{me?.user?.email} · {me?.user?.role}</Menu.Label>
        <Menu.Item leftSection={<UserRound size={14} />} onClick={() => void navigate({ to: '/settings', search: { tab: 'account' } })}>Account</Menu.Item>
        <Menu.Item leftSection={<LogOut size={14} />} onClick={() => void logOut()}>Log out</Menu.Item>
        <Menu.Divider />
        <Menu.Label>vedette {me?.version}</Menu.Label>
      </Menu.Dropdown>
    </Menu>
  )
}
