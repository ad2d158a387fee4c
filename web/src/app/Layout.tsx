import { Outlet } from '@tanstack/react-router'
import css from './Layout.module.css'
import { CommandPalette } from './CommandPalette'
import { Rail } from './Rail'
import { TopBar } from './TopBar'

export function Layout() {
  return (
    <div className={css.shell}>
      <a className={css.skip} href="#main">Skip to content</a>
      <Rail />
      <div className={css.side}>
        <TopBar />
        <main id="main" className={css.main}><Outlet /></main>
      </div>
      <CommandPalette />
    </div>
  )
}
