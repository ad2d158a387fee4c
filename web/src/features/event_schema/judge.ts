import type { DeclaredProperty, SchemaEvent } from '@/api/types'
import { plural } from '@/shared/format/text'

export type Tone = 'good' | 'error' | 'warn' | 'quiet'
export interface Verdict { tone: Tone; word: string; why: string }

/** How an event's declaration and what came agree: one word for the list, a sentence for the reader. */
export function judge({ versions, count, violating, undeclared, unfit }: SchemaEvent): Verdict {
  const [latest] = versions
  if (!latest) return { tone: 'warn', word: 'Not declared', why: 'It came, and no application declares it.' }
  const differs = [
    violating > 0 && `${plural(violating, 'event')} of the newest violated the declaration`,
    undeclared.length > 0 && `${plural(undeclared.length, 'property', 'properties')} not declared: ${undeclared.join(', ')}`,
    unfit.length > 0 && `another type than declared: ${unfit.join(', ')}`,
  ].filter(Boolean)
  if (differs.length > 0) return { tone: 'error', word: 'Not as declared', why: `${differs.join('; ')}.` }
  if (count === 0) return { tone: 'quiet', word: 'Not seen', why: 'None came in this time range.' }
  if (latest.status === 'deprecated') return { tone: 'warn', word: 'Still sent', why: 'It is deprecated, and still comes.' }
  return { tone: 'good', word: 'As declared', why: 'What came is as declared.' }
}

type Shape = Pick<DeclaredProperty, 'type' | 'enum' | 'ge' | 'gt' | 'le' | 'lt' | 'max_length' | 'pattern' | 'items'>

/** `integer ≥ 1`, `"free" | "pro"`, `array of string`. */
export function shapeWords(shape: Shape): string {
  const parts = [shape.enum.length > 0 ? shape.enum.map((one) => JSON.stringify(one)).join(' | ') : shape.type]
  if (shape.items) parts.push(`of ${shapeWords(shape.items)}`)
  for (const [sign, bound] of [['≥', shape.ge], ['>', shape.gt], ['≤', shape.le], ['<', shape.lt]] as const) {
    if (bound !== null && bound !== undefined) parts.push(`${sign} ${bound}`)
  }
  if (shape.max_length) parts.push(`up to ${shape.max_length} characters`)
  if (shape.pattern) parts.push(`like ${shape.pattern}`)
  return parts.join(' ')
}

const STORED: [RegExp, string][] = [
  [/^Array|^Tuple/, 'array'], [/^U?Int/, 'integer'], [/^Float/, 'number'], [/^Bool/, 'boolean'], [/^Date/, 'time'], [/^String/, 'string'], [/^JSON|^Map/, 'object'],
]
/** The store's type in the declaration's words. */
export function storedWord(type: string): string {
  return STORED.find(([pattern]) => pattern.test(type))?.[1] ?? type
}

export const PII_WORDS: Record<string, string> = { hash: 'personal, sent as a hash', drop: 'personal, never sent', keep: 'personal' }
