const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })
const exact = new Intl.NumberFormat('en', { maximumFractionDigits: 6 })

export function humanNumber(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–'
  const size = Math.abs(value)
  if (size >= 10_000) return compact.format(value)
  if (size >= 100 || Number.isInteger(value)) return exact.format(Math.round(value))
  if (size >= 1) return String(Number(value.toFixed(2)))
  return String(Number(value.toPrecision(2)))
}
export function exactNumber(value: number | null | undefined): string {
  return value === null || value === undefined ? 'no value' : exact.format(value)
}

const DURATIONS = [['d', 86_400e9], ['h', 3_600e9], ['min', 60e9], ['s', 1e9], ['ms', 1e6], ['µs', 1e3]] as const

/** 1_234_000_000 → "1.23 s". Three significant digits; the unit is chosen so that the number is at least 1. */
export function humanDuration(ns: number | null | undefined): string {
  if (ns === null || ns === undefined || Number.isNaN(ns)) return '–'
  if (ns === 0) return '0'
  for (const [unit, size] of DURATIONS) {
    if (Math.abs(ns) >= size) {
      const value = ns / size
      return `${value >= 100 ? Math.round(value) : Number(value.toPrecision(3))} ${unit}`
    }
  }
  return `${Math.round(ns)} ns`
}

export function humanBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) { value /= 1000; unit += 1 }
  return `${value >= 100 || unit === 0 ? Math.round(value) : Number(value.toPrecision(3))} ${units[unit]}`
}

export function percent(ratio: number): string {
  const value = ratio * 100
  if (value === 0) return '0%'
  if (Math.abs(value) < 0.1) return '<0.1%'
  return `${Math.abs(value) >= 10 ? Math.round(value) : Number(value.toFixed(1))}%`
}

/** Relative change against the previous period; null where there is nothing to compare with. */
export function change(now: number | null, before: number | null): number | null {
  if (now === null || before === null || !before) return null
  return (now - before) / before
}

/** A metric value with its OTLP/UCUM unit, where the unit is one people read. */
export function withUnit(value: number | null, unit: string): string {
  if (value === null) return '–'
  switch (unit) {
    case 's': return humanDuration(value * 1e9)
    case 'ms': return humanDuration(value * 1e6)
    case 'us': return humanDuration(value * 1e3)
    case 'ns': return humanDuration(value)
    case 'By': case 'bytes': case 'byte': return humanBytes(value)
    case '1': case '': return humanNumber(value)
    case '%': return `${humanNumber(value)}%`
    default: return `${humanNumber(value)} ${unit.replace(/[{}]/g, '')}`
  }
}
