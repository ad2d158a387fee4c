import { type ReactNode, useEffect } from 'react'
import mark from '@/shared/ui/mark.svg'
import css from './AuthCard.module.css'

export function AuthCard({ title, lead, children }: { title: string; lead: string; children: ReactNode }) {
  useEffect(() => { document.title = `${title} · vedette` }, [title])
  return (
    <main className={css.screen}>
      <div className={css.card}>
        <div className={css.brand}><img src={mark} alt="" width={24} height={24} />vedette</div>
        <h1>{title}</h1>
        <p className="dim">{lead}</p>
        {children}
      </div>
    </main>
  )
}
