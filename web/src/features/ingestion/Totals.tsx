import type { OutcomeSummary } from '@/api/types'
import { percent } from '@/shared/format/numbers'
import { Num } from '@/shared/ui/Values'
import css from './ingestion.module.css'

export function Totals({ items }: { items: OutcomeSummary[] }) {
  const sum = (test: (row: OutcomeSummary) => boolean) => items.filter(test).reduce((total, row) => total + row.quantity, 0)
  const accepted = sum((row) => row.outcome === 'accepted')
  const rejected = sum((row) => row.outcome === 'rejected')
  const limited = sum((row) => row.outcome === 'rate_limited')
  const discarded = sum((row) => row.outcome === 'client_discarded')
  const share = accepted + rejected > 0 ? accepted / (accepted + rejected) : 1
  return (
    <div className={css.totals}>
      <Total word="accepted" value={accepted} note={`${share > 0.9995 && rejected > 0 ? '>99.9%' : percent(share)} of what was judged`} />
      <Total word="rejected" value={rejected} bad={rejected > 0} />
      <Total word="rate limited" value={limited} />
      <Total word="discarded by the client" value={discarded} />
    </div>
  )
}

function Total({ word, value, note, bad = false }: { word: string; value: number; note?: string; bad?: boolean }) {
  return <div><b className={bad ? 'bad' : undefined}><Num value={value} /></b> <span className="dim">{word}</span>{note && <span className="faint"> {note}</span>}</div>
}
