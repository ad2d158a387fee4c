import type { ReactNode } from 'react'
import css from './home.module.css'

export function Card({ title, action, empty, children }: { title: string; action?: ReactNode; empty: string | false; children: ReactNode }) {
  return (
    <section className={`card ${css.card}`} aria-label={title}>
      <header><h2>{title}</h2><span className="spread" />{action}</header>
      {empty ? <div className={css.nothing}>{empty}</div> : children}
    </section>
  )
}
