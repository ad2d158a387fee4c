import { useEffect, useRef, useState } from 'react'
import { queryString } from '@/api/client'
import { type LiveRow, type LiveSignal, newestFirst, toRow } from './rows'

const KEEP = 5_000
const PAINT_EVERY_MS = 200
const RETRY_EVERY_MS = 5_000
/** One poll of the server comes as a burst, a signal after the other: it is shown when it has ended, but not later than this. */
const QUIET_MS = 60
const LONGEST_BURST_MS = 1_000

export interface LiveState { rows: LiveRow[]; waiting: number; dropped: number; received: number; connected: boolean }
const NOTHING: LiveState = { rows: [], waiting: 0, dropped: 0, received: 0, connected: false }

/** Everything that arrives, newest first. Painted five times a second however fast it comes; the oldest rows go first. */
export function useLiveStream(base: string, signals: readonly LiveSignal[], paused: boolean) {
  const [state, setState] = useState<LiveState>(NOTHING)
  const pausedNow = useRef(paused)
  useEffect(() => { pausedNow.current = paused }, [paused])
  const wanted = signals.join(',')
  const [attempt, setAttempt] = useState(0)

  useEffect(() => {
    let waiting: LiveRow[] = []
    let dropped = 0
    let received = 0
    let burstBegan = 0
    let lastArrival = 0
    const source = new EventSource(`/api/v1${base}/live${queryString({ signals: wanted })}`)
    for (const signal of wanted.split(',').filter(Boolean) as LiveSignal[]) {
      source.addEventListener(signal, (event) => {
        received += 1
        lastArrival = performance.now()
        if (waiting.length === 0) burstBegan = lastArrival
        try { waiting.push(toRow(signal, JSON.parse((event as MessageEvent<string>).data))) } catch { dropped += 1 }
        if (waiting.length > KEEP) waiting = waiting.slice(-KEEP)
      })
    }
    source.addEventListener('dropped', (event) => {
      dropped += Number((JSON.parse((event as MessageEvent<string>).data) as { count?: number }).count ?? 0)
    })
    // The browser reconnects by itself after a broken connection, but not after an answer that is no stream.
    const retry = setInterval(() => { if (source.readyState === EventSource.CLOSED) setAttempt((before) => before + 1) }, RETRY_EVERY_MS)
    const timer = setInterval(() => setState((before) => {
      const connected = source.readyState === EventSource.OPEN
      const counts = { dropped, received, connected }
      if (pausedNow.current) return { ...before, ...counts, waiting: waiting.length }
      if (waiting.length === 0) return before.dropped === dropped && before.connected === connected && before.waiting === 0 ? before : { ...before, ...counts, waiting: 0 }
      const now = performance.now()
      if (now - lastArrival < QUIET_MS && now - burstBegan < LONGEST_BURST_MS) return before
      const rows = [...newestFirst(waiting), ...before.rows].slice(0, KEEP)
      waiting = []
      return { rows, waiting: 0, ...counts }
    }), PAINT_EVERY_MS)
    return () => { source.close(); clearInterval(timer); clearInterval(retry) }
  }, [base, wanted, attempt])
  return { ...state, clear: () => setState((before) => ({ ...before, rows: [], dropped: 0 })) }
}
