import { ActionIcon, Tooltip } from '@mantine/core'
import { ChevronLeft, ChevronRight } from 'lucide-react'
import type { ErrorEvent } from '@/api/types'
import { useKeys } from '@/shared/ui/keys'

/** Older and newer occurrences of the group, by button or j and k. */
export function Occurrences({ items, shown, onShow }: { items: ErrorEvent[]; shown: string | undefined; onShow: (eventId: string) => void }) {
  const index = items.findIndex((item) => item.event_id === shown)
  const step = (by: number) => { const next = items[index + by]; if (index >= 0 && next) onShow(next.event_id) }
  useKeys({ j: () => step(1), k: () => step(-1) })
  if (items.length === 0) return null
  return (
    <div className="row" style={{ gap: 2 }}>
      <span className="dim num" style={{ marginRight: 6 }}>{index < 0 ? 'Occurrence' : `Occurrence ${index + 1} of ${items.length}${items.length === 100 ? '+' : ''}`}</span>
      <Tooltip label="Newer (k)"><ActionIcon aria-label="Newer occurrence" disabled={index <= 0} onClick={() => step(-1)}><ChevronLeft size={15} /></ActionIcon></Tooltip>
      <Tooltip label="Older (j)"><ActionIcon aria-label="Older occurrence" disabled={index < 0 || index >= items.length - 1} onClick={() => step(1)}><ChevronRight size={15} /></ActionIcon></Tooltip>
    </div>
  )
}
