import { CircleCheck, CircleDot, OctagonX } from 'lucide-react'
import css from './feedback.module.css'
import type { Status } from './types'

const STATES = {
  new: { icon: CircleDot, word: 'New' },
  resolved: { icon: CircleCheck, word: 'Resolved' },
  spam: { icon: OctagonX, word: 'Spam' },
} as const

export function StatusMark({ status }: { status: Status }) {
  const { icon: Icon, word } = STATES[status]
  return <span className={css.status} data-status={status}><Icon size={12} strokeWidth={2.2} aria-hidden />{word}</span>
}
