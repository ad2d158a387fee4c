/** Ranges are half-open [since, until): relative ("-15m", "now") or RFC 3339. */
export interface Range { since: string; until: string }
export const DEFAULT_RANGE: Range = { since: '-1h', until: 'now' }

export const PRESETS: { since: string; label: string }[] = [
  { since: '-5m', label: 'Last 5 minutes' },
  { since: '-15m', label: 'Last 15 minutes' },
  { since: '-1h', label: 'Last hour' },
  { since: '-4h', label: 'Last 4 hours' },
  { since: '-24h', label: 'Last 24 hours' },
  { since: '-7d', label: 'Last 7 days' },
  { since: '-30d', label: 'Last 30 days' },
  { since: '-90d', label: 'Last 90 days' },
]
const UNIT_MS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

export function timeToMs(time: string, now = Date.now()): number {
  if (time === 'now') return now
  const relative = /^-(\d+)([smhdw])$/.exec(time)
  if (relative) return now - Number(relative[1]) * (UNIT_MS[relative[2] ?? ''] ?? 0)
  return Date.parse(time)
}
export function isValidTime(time: string): boolean { return !Number.isNaN(timeToMs(time)) }
export function isRelative({ until }: Range): boolean { return until === 'now' }

const short = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })
const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })

export function rangeLabel({ since, until }: Range): string {
  if (until === 'now') {
    const preset = PRESETS.find((one) => one.since === since)
    if (preset) return preset.label
    if (since.startsWith('-')) return `Last ${since.slice(1)}`
    return `Since ${short.format(timeToMs(since))}`
  }
  const [from, to] = [timeToMs(since), timeToMs(until)]
  const sameDay = new Date(from).toDateString() === new Date(to).toDateString()
  return `${short.format(from)} – ${sameDay ? time.format(to) : short.format(to)}`
}

/** A brushed stretch as a range; never shorter than a second, so that something can be in it. */
export function absoluteRange(fromMs: number, toMs: number): Range {
  const until = Math.max(toMs, fromMs + 1_000)
  return { since: new Date(Math.floor(fromMs)).toISOString(), until: new Date(Math.ceil(until)).toISOString() }
}
