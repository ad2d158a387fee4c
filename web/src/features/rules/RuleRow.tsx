import { ActionIcon, Tooltip } from '@mantine/core'
import { ArrowDown, ArrowUp, GripVertical, Trash2, TriangleAlert } from 'lucide-react'
import type { DragEvent, KeyboardEvent } from 'react'
import { exactNumber } from '@/shared/format/numbers'
import { type Condition, type Draft, inWords, type Problems } from './rule'
import { RuleForm } from './RuleForm'
import css from './rules.module.css'

interface Props {
  draft: Draft; at: number; last: number; open: boolean; may: boolean; problems: Problems | null; refused: string | null
  /** Of `looked` newest errors this many; undefined while nobody knows. */
  met: number | undefined; looked: number; offers: Condition[]
  onOpen: () => void; onChange: (draft: Draft) => void; onMove: (to: number) => void; onDropOf: (id: number) => void; onRemove: () => void
}

/** One rule in its place: moved by dragging, by its arrows, or by alt and an arrow key. */
export function RuleRow(props: Props) {
  const { draft, at, last, open, may, problems, refused, met, looked, offers, onOpen, onChange, onMove, onDropOf, onRemove } = props
  const { conditions, then } = inWords(draft)
  const name = draft.name.trim() || `rule ${at + 1}`
  const keys = (event: KeyboardEvent) => {
    if (!may || !event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return
    event.preventDefault()
    onMove(at + (event.key === 'ArrowUp' ? -1 : 1))
  }
  const drop = (event: DragEvent) => {
    const id = Number(event.dataTransfer.getData('text/x-rule'))
    if (id && id !== draft.id) { event.preventDefault(); onDropOf(id) }
  }
  return (
    <li className={css.rule} data-open={open || undefined} onDragOver={may ? (event) => event.preventDefault() : undefined} onDrop={may ? drop : undefined}>
      <div className={css.line}>
        {may && <span className={css.grip} draggable onDragStart={(event) => { event.dataTransfer.setData('text/x-rule', String(draft.id)); event.dataTransfer.effectAllowed = 'move' }} title="Drag to move"><GripVertical size={13} aria-hidden /></span>}
        <span className="faint num">{at + 1}</span>
        <button type="button" className={css.what} aria-expanded={open} onClick={onOpen} onKeyDown={keys} title={`${conditions} → ${then}`}>
          {(problems || refused) && <TriangleAlert size={13} aria-label="Not finished" className="bad" style={{ flexShrink: 0 }} />}
          <b className="ellipsis">{name}</b>
          <span className="mono dim ellipsis">{conditions} → {then}</span>
        </button>
        {met !== undefined && <span className={met ? 'dim num' : 'faint num'} title={`Of the newest ${exactNumber(looked)} errors it decides about ${exactNumber(met)}`}>{met ? `${exactNumber(met)} of ${exactNumber(looked)}` : 'meets none'}</span>}
        {may && (
          <span className={css.tools}>
            <Tooltip label="Earlier (alt ↑)"><ActionIcon aria-label={`Move ${name} up`} disabled={at === 0} onClick={() => onMove(at - 1)}><ArrowUp size={14} /></ActionIcon></Tooltip>
            <Tooltip label="Later (alt ↓)"><ActionIcon aria-label={`Move ${name} down`} disabled={at === last} onClick={() => onMove(at + 1)}><ArrowDown size={14} /></ActionIcon></Tooltip>
            <Tooltip label="Remove"><ActionIcon aria-label={`Remove ${name}`} onClick={onRemove}><Trash2 size={14} /></ActionIcon></Tooltip>
          </span>
        )}
      </div>
      {refused && <div className={css.problem} role="alert">{refused}</div>}
      {open && <RuleForm draft={draft} may={may} problems={problems} offers={offers} onChange={onChange} />}
    </li>
  )
}
