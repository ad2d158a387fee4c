import type { ReactNode } from 'react'
import { useEffect } from 'react'
import css from './Page.module.css'

/** A page's frame: title and actions above, the rest fills the height. */
export function Page({ title, aside, actions, children, scroll = false }: {
  title: string; aside?: ReactNode; actions?: ReactNode; children: ReactNode; scroll?: boolean
}) {
  useEffect(() => { document.title = `${title} · vedette` }, [title])
  return (
    <section className={css.page} aria-label={title}>
      <header className={css.head}>
        <h1 className="ellipsis">{title}</h1>
        {aside && <div className="dim ellipsis">{aside}</div>}
        <div className="spread" />
        {actions}
      </header>
      <div className={scroll ? `${css.body} ${css.scrolls}` : css.body}>{children}</div>
    </section>
  )
}

export function Section({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <section className={css.section}>
      <div className="row"><h3 className="dim">{title}</h3><div className="spread" />{actions}</div>
      {children}
    </section>
  )
}
