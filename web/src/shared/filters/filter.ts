/** Filters as the API writes them: `service=checkout`, `duration_ns>=1000000`, `body!~health`. */
export const OPERATORS = ['!=', '>=', '<=', '!~', '=', '>', '<', '~'] as const
export type Operator = (typeof OPERATORS)[number]
export interface Filter { field: string; operator: Operator; value: string }

const SHAPE = /^([^=!<>~\s]+?)\s*(!=|>=|<=|!~|=|>|<|~)([\s\S]*)$/

export function parseFilter(text: string): Filter | null {
  const match = SHAPE.exec(text.trim())
  if (!match) return null
  const [, field = '', operator, value = ''] = match
  return { field, operator: operator as Operator, value: unquote(value.trim()) }
}

export function formatFilter({ field, operator, value }: Filter): string {
  return `${field}${operator}${value}`
}

/** The same filter, turned round: = ↔ !=, ~ ↔ !~, > ↔ <=, < ↔ >=. */
export function negate(filter: Filter): Filter {
  const opposite: Record<Operator, Operator> = {
    '=': '!=', '!=': '=', '~': '!~', '!~': '~', '>': '<=', '<=': '>', '<': '>=', '>=': '<',
  }
  return { ...filter, operator: opposite[filter.operator] }
}

export function addFilter(filters: string[], added: string): string[] {
  const parsed = parseFilter(added)
  const kept = parsed ? filters.filter((one) => one !== formatFilter(negate(parsed)) && one !== added) : filters
  return [...kept, added]
}

/** What was typed in the search box: words stay free text, `field=value` words become filters. */
export function splitSearch(text: string): { filters: string[]; q: string } {
  const words = text.match(/(?:[^\s"]+"[^"]*"|"[^"]*"|\S+)/g) ?? []
  const filters: string[] = []
  const free: string[] = []
  for (const word of words) {
    const filter = word.startsWith('"') || word.includes('://') && !/^[\w.@-]+[=!<>~]/.test(word) ? null : parseFilter(word)
    if (filter && filter.value !== '' && /^[A-Za-z_@$][\w.@$/-]*$/.test(filter.field)) filters.push(formatFilter(filter))
    else free.push(word)
  }
  return { filters, q: free.join(' ') }
}

function unquote(value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value
}
