import type { DeclaredProperty, SchemaEvent } from '@/api/types'
import { plural } from '@/shared/format/text'

export type Tone = 'good' | 'error' | 'warn' | 'quiet' | 'own'
export interface Verdict { tone: Tone; word: string; why: string }

/** How an event's declaration and what came agree: one word for the list, a sentence for the reader. */
export function judge({ name, versions, count, violating, undeclared, unfit }: SchemaEvent): Verdict {
  const [latest] = versions
  if (!latest && isBuiltIn(name)) return { tone: 'own', word: 'Built in', why: `${meaningOf(name) ?? "PostHog's libraries send it by themselves"}. Nobody has to declare it.` }
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

/** PostHog keeps names that start with `$` for its own: https://posthog.com/docs/data/events */
export function isBuiltIn(name: string): boolean { return name.startsWith('$') }
export function meaningOf(name: string): string | undefined { return Object.hasOwn(MEANINGS, name) ? MEANINGS[name] : undefined }
const MEANINGS: Record<string, string> = {
  $pageview: 'A page was shown', $pageleave: 'A page was left', $screen: 'A screen of a mobile app was shown',
  $autocapture: 'Something was clicked, changed or submitted', $rageclick: 'One place was clicked again and again', $dead_click: 'A click changed nothing',
  $copy_autocapture: 'Text was copied or cut', $identify: 'An anonymous user is somebody known from now on', $create_alias: 'Two ids are one person', $merge_dangerously: 'Two people were merged',
  $set: "A person's properties were set", $unset: "A person's properties were taken away", $groupidentify: "A group's properties were set",
  $feature_flag_called: 'Code asked for a feature flag', $feature_view: 'A feature was seen', $feature_interaction: 'A feature was used', $feature_enrollment_update: 'Somebody joined or left an early-access feature',
  $exception: 'An error, also under Issues', $web_vitals: 'How fast a page was to load and to answer', $performance_event: 'How long parts of a page took to load',
  $snapshot: 'A piece of a recorded session', $heatmap: 'Where a page was clicked and scrolled', $opt_in: 'Somebody agreed to be counted', $csp_violation: "The page's content policy refused something",
  $ai_generation: 'A call of a language model', $ai_trace: 'A run of an AI application', $ai_span: 'A step in a run of an AI application', $ai_embedding: 'Text was embedded', $ai_metric: 'A measure of an AI answer', $ai_feedback: 'What somebody said of an AI answer',
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
