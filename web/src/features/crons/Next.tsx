import { ago, fullTime } from '@/shared/format/times'
import { useNow } from '@/shared/ui/Values'

/** "in 3 min", exact on hover. */
export function Next({ time }: { time: string }) {
  return <time dateTime={time} title={fullTime(time)}>{ago(time, useNow())}</time>
}
