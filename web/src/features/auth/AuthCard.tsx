import { type ReactNode, useEffect } from 'react'
import css from './AuthCard.module.css'

export function AuthCard({ title, lead, children }: { title: string; lead: string; children: ReactNode }) {
  useEffect(() => { document.title = `${title} · vedette` }, [title])
  return (
    <main className={css.screen}>
      <div className={css.card}>
        <div className={css.brand}><span className={css.mark} aria-hidden>v</span>vedette</div>
        <h1>{title}</h1>
        <p className="dim">{lead}</p>
        {children}
      </div>
    </main>
  )
}
