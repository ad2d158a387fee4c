const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 })
const day = new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: 'short' })
const full = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short', day: 'numeric', month: 'short', year: 'numeric',
  hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, timeZoneName: 'short',
})

/** RFC 3339 → milliseconds. A time without a zone is UTC, as everything inside the server is. */
export function toMs(time: string): number {
  const iso = time.includes(' ') ? time.replace(' ', 'T') : time
  return Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`)
}

export function clockTime(time: string | number): string {
  const ms = typeof time === 'number' ? time : toMs(time)
  return Number.isNaN(ms) ? '–' : clock.format(ms)
}
export function dayAndClock(time: string | number): string {
  const ms = typeof time === 'number' ? time : toMs(time)
  return Number.isNaN(ms) ? '–' : `${day.format(ms)} ${clock.format(ms)}`
}
export function fullTime(time: string | number): string {
  const ms = typeof time === 'number' ? time : toMs(time)
  return Number.isNaN(ms) ? 'unknown time' : full.format(ms)
}

const UNITS = [['y', 31_536_000], ['mo', 2_592_000], ['d', 86_400], ['h', 3_600], ['min', 60], ['s', 1]] as const

/** "3 s ago", "in 2 h". Under a second is "now". */
export function ago(time: string, now = Date.now()): string {
  const seconds = (now - toMs(time)) / 1000
  if (Number.isNaN(seconds)) return '–'
  const size = Math.abs(seconds)
  if (size < 1) return 'now'
  for (const [unit, unitSeconds] of UNITS) {
    if (size >= unitSeconds) {
      const text = `${Math.floor(size / unitSeconds)} ${unit}`
      return seconds > 0 ? `${text} ago` : `in ${text}`
    }
  }
  return 'now'
}
