import { useEffect, useState } from 'react'
import { exactNumber, humanDuration, humanNumber } from '@/shared/format/numbers'
import { truncateMiddle } from '@/shared/format/text'
import { ago, clockTime, dayAndClock, fullTime, toMs } from '@/shared/format/times'

let now = Date.now()
const watchers = new Set<() => void>()
setInterval(() => { now = Date.now(); for (const watcher of watchers) watcher() }, 1_000)

export function useNow(): number {
  const [value, setValue] = useState(now)
  useEffect(() => {
    const watch = () => setValue(now)
    watchers.add(watch)
    return () => { watchers.delete(watch) }
  }, [])
  return value
}

/** "3 s ago", exact on hover. */
export function Ago({ time }: { time: string }) {
  const current = useNow()
  return <time dateTime={time} title={fullTime(time)}>{ago(time, Math.max(current, toMs(time)))}</time>
}

/** Clock time; with the day when it is not today. */
export function Clock({ time }: { time: string }) {
  const ms = toMs(time)
  const today = new Date(ms).toDateString() === new Date().toDateString()
  return <time dateTime={time} title={fullTime(time)} className="num">{today ? clockTime(ms) : dayAndClock(ms)}</time>
}

export function Num({ value, unit = '' }: { value: number | null | undefined; unit?: string }) {
  return <span className="num" title={`${exactNumber(value)}${unit && ` ${unit}`}`}>{humanNumber(value)}</span>
}

export function Duration({ ns }: { ns: number | null | undefined }) {
  return <span className="num" title={ns === null || ns === undefined ? 'unknown' : `${exactNumber(ns)} ns`}>{humanDuration(ns)}</span>
}

export function Middle({ text, max = 48 }: { text: string; max?: number }) {
  return <span title={text.length > max ? text : undefined}>{truncateMiddle(text, max)}</span>
}
