import { Box, CircleAlert, CircleCheck, CircleDashed, TriangleAlert } from 'lucide-react'
import type { SchemaEvent } from '@/api/types'
import { judge } from './judge'

const LOOK = {
  good: { icon: CircleCheck, color: 'var(--ok)' },
  error: { icon: CircleAlert, color: 'var(--sev-error)' },
  warn: { icon: TriangleAlert, color: 'var(--sev-warn)' },
  own: { icon: Box, color: 'var(--dim)' },
  quiet: { icon: CircleDashed, color: 'var(--faint)' },
}

export function VerdictMark({ row, long = false }: { row: SchemaEvent; long?: boolean }) {
  const { tone, word, why } = judge(row)
  const { icon: Icon, color } = LOOK[tone]
  return (
    <span className="row" style={{ gap: 6, alignItems: long ? 'flex-start' : 'center' }} title={long ? undefined : why}>
      <Icon size={13} aria-hidden style={{ color, flexShrink: 0, marginTop: long ? 3 : 0 }} />
      {long ? <span><b style={{ fontWeight: 550, color }}>{word}</b> <span className="dim">{why}</span></span> : <span className="ellipsis" style={{ color }}>{word}</span>}
    </span>
  )
}
