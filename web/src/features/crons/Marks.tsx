import { CircleAlert, CircleCheck, CircleDashed, CircleX, Clock3, LoaderCircle, TimerOff } from 'lucide-react'
import { WORDS } from './strip'
import type { MonitorEnvironment, Status } from './types'

const HEALTH = {
  ok: { icon: CircleCheck, color: 'var(--ok)', word: 'ok' },
  failing: { icon: CircleAlert, color: 'var(--sev-error)', word: 'failing' },
  waiting: { icon: CircleDashed, color: 'var(--faint)', word: 'waiting' },
}
const RUN = {
  ok: { icon: CircleCheck, color: 'var(--ok)' },
  error: { icon: CircleX, color: 'var(--sev-error)' },
  timeout: { icon: TimerOff, color: 'var(--sev-warn)' },
  missed: { icon: Clock3, color: 'var(--sev-error)' },
  in_progress: { icon: LoaderCircle, color: 'var(--sev-info)' },
}

export function HealthMark({ status }: { status: MonitorEnvironment['status'] }) {
  return <Mark {...HEALTH[status]} />
}
export function RunMark({ status }: { status: Status }) {
  return <Mark {...RUN[status]} word={WORDS[status]} />
}
function Mark({ icon: Icon, color, word }: { icon: typeof CircleAlert; color: string; word: string }) {
  return <span className="row" style={{ gap: 6, color }}><Icon size={13} aria-hidden style={{ flexShrink: 0 }} />{word}</span>
}
