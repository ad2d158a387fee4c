import { Circle, CircleCheck } from 'lucide-react'

export function Light({ on }: { on: boolean }) {
  return on ? <CircleCheck size={14} className="good" aria-label="Received" /> : <Circle size={14} className="faint" aria-label="Nothing received yet" />
}
