/** Long values lose their middle: the ends of ids and paths are what people compare. */
export function truncateMiddle(text: string, max: number): string {
  if (text.length <= max) return text
  const tail = Math.floor((max - 1) / 2)
  return `${text.slice(0, max - 1 - tail)}…${text.slice(text.length - tail)}`
}

/** Only these get an href: everything in a payload was written by strangers. */
export function safeUrl(value: unknown): string | null {
  if (typeof value !== 'string' || !/^https?:\/\//i.test(value)) return null
  try {
    const url = new URL(value)
    return url.protocol === 'http:' || url.protocol === 'https:' ? url.href : null
  } catch {
    return null
  }
}

export function asText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** {"a": {"b": 1}} → [["a.b", 1]]; lists stay whole. Deeper than six levels stays whole as well. */
export function flatten(value: Record<string, unknown> | undefined | null, prefix = '', depth = 0): [string, unknown][] {
  return Object.entries(value ?? {}).flatMap(([key, inner]): [string, unknown][] =>
    isRecord(inner) && Object.keys(inner).length > 0 && depth < 6
      ? flatten(inner, `${prefix}${key}.`, depth + 1)
      : [[prefix + key, inner]],
  )
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`
}

export function toCsv(columns: string[], rows: unknown[][]): string {
  const cell = (value: unknown) => {
    const text = asText(value)
    return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  return [columns, ...rows].map((row) => row.map(cell).join(',')).join('\r\n')
}
