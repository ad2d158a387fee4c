import type { ErrorDetail } from '@/api/types'
import { exceptionsOf } from '@/features/errors/payload'
import { asText, plural } from '@/shared/format/text'
import type { GroupingRule } from './types'

/** The fields and limits of docs/grouping.md; the server checks them again. */
export const EVENT_FIELDS = ['type', 'message', 'level', 'logger', 'platform', 'transaction', 'release', 'environment', 'server_name', 'source'] as const
export const FRAME_FIELDS = ['path', 'module', 'function', 'package'] as const
export const PLACEHOLDERS = ['{{ default }}', '{{ type }}', '{{ message }}', '{{ function }}', '{{ module }}', '{{ transaction }}'] as const
export const MOST_RULES = 1000
const PATTERN_CHARACTERS = 200
const MOST_PATTERNS = 50
const MOST_PARTS = 16

/** A rule as it is edited: conditions in order, one that is not finished among them. `id` is this page's own. */
export interface Condition { field: string; patterns: string[] }
export type Action = 'fingerprint' | 'app' | 'library' | 'ignore'
export interface Draft { id: number; name: string; when: Condition[]; action: Action; fingerprint: string[] }

let last = 0
export function newId(): number { last += 1; return last }

export function toDraft(rule: GroupingRule): Draft {
  return {
    id: newId(), name: rule.name, when: Object.entries(rule.when).map(([field, patterns]) => ({ field, patterns })),
    action: rule.then.frames || 'fingerprint', fingerprint: rule.then.fingerprint,
  }
}

export function toRule({ name, when, action, fingerprint }: Draft): GroupingRule {
  return {
    name: name.trim(), when: Object.fromEntries(when.map(({ field, patterns }) => [field, filled(patterns)])),
    then: action === 'fingerprint' ? { fingerprint: filled(fingerprint), frames: '' } : { fingerprint: [], frames: action },
  }
}
const filled = (lines: string[]) => lines.map((line) => line.trim()).filter(Boolean)

export function isFrameField(field: string): boolean { return (FRAME_FIELDS as readonly string[]).includes(field) }

/** What is wrong with a rule, by where it stands: a condition's position, `when` or `then`. */
export interface Problems { when?: string; then?: string; conditions: Record<number, string> }
export function problemsOf({ when, action, fingerprint }: Draft): Problems | null {
  const found: Problems = { conditions: {} }
  when.forEach((condition, at) => {
    const problem = conditionProblem(condition, when.slice(0, at))
    if (problem) found.conditions[at] = problem
  })
  if (when.length === 0) found.when = 'A rule without conditions would fit everything.'
  const parts = filled(fingerprint)
  if (action === 'fingerprint') found.then = parts.length === 0 ? 'Say what the fingerprint is.' : parts.length > MOST_PARTS ? `A fingerprint has ${MOST_PARTS} parts at most.` : tooLong(parts)
  else if (!when.some(({ field }) => isFrameField(field))) found.then = 'What frames count as needs a condition on frames: path, module, function or package.'
  if (found.then === undefined) delete found.then
  return found.when || found.then || Object.keys(found.conditions).length > 0 ? found : null
}

function conditionProblem({ field, patterns }: Condition, before: Condition[]): string | undefined {
  const lines = filled(patterns)
  if (field === 'tags.') return 'Say which tag.'
  if (before.some((other) => other.field === field)) return `${field} has a condition above: its patterns go there.`
  if (lines.length === 0) return 'Write a pattern; * stands for anything.'
  if (lines.length > MOST_PATTERNS) return `${MOST_PATTERNS} patterns at most.`
  return tooLong(lines)
}
function tooLong(lines: string[]): string | undefined {
  const long = lines.find((line) => line.length > PATTERN_CHARACTERS)
  return long && `${long.slice(0, 24)}… is longer than ${PATTERN_CHARACTERS} characters; end it with * sooner.`
}

/** A pattern that fits this text; of what is too long its start, of a message what does not vary. */
export function exactly(text: string): string {
  const escaped = text.replace(/[[*?]/g, '[$&]').replace(/^!/, '?').replace(/\s*\n[^]*/, '*')
  return escaped.length > PATTERN_CHARACTERS ? `${escaped.slice(0, PATTERN_CHARACTERS - 1).replace(/\[[^\]]?$/, '')}*` : escaped
}
export function saying(message: string): string {
  return exactly(message.replace(/<[a-z][a-z_ -]*>/g, '\u0000')).replace(/\u0000/g, '*').replace(/\*{2,}/g, '*')
}

/** A rule to start from, of one event; and what else of it could be asked for. */
export function ruleOf(error: ErrorDetail): { draft: Draft; offers: Condition[] } {
  const [raised] = exceptionsOf(error)
  const frame = raised?.frames.find(({ inApp }) => inApp) ?? raised?.frames[0]
  const known = (text: string | undefined) => (text && text !== '<unknown>' ? [exactly(text)] : [])
  const message = error.grouping.message ?? error.value
  const all: Condition[] = [
    { field: 'type', patterns: known(error.type) },
    { field: 'module', patterns: known(frame?.module) },
    { field: 'function', patterns: known(frame?.function) },
    { field: 'message', patterns: message ? [saying(message)] : [] },
    { field: 'path', patterns: known(frame?.file) },
    { field: 'transaction', patterns: known(error.transaction) },
    { field: 'logger', patterns: known(asText(error.payload['logger'])) },
    ...Object.entries(error.tags).slice(0, 12).map(([name, value]) => ({ field: `tags.${name}`, patterns: known(String(value)) })),
  ].filter(({ patterns }) => patterns.length > 0)
  const first = all.filter(({ field }) => ['type', 'module', 'function'].includes(field))
  const when = first.length > 0 ? first : all.slice(0, 1)
  const name = [error.type || 'Message', frame && frame.function !== '<unknown>' ? frame.function : ''].filter(Boolean).join(' in ').slice(0, 100)
  return {
    draft: { id: newId(), name, when, action: 'fingerprint', fingerprint: [name] },
    offers: all.filter((one) => !when.includes(one)),
  }
}

/** `type TimeoutError, module shop.* → one issue: bank` */
export function inWords({ when, action, fingerprint }: Draft): { conditions: string; then: string } {
  const conditions = when.map(({ field, patterns }) => `${field} ${filled(patterns).join(' or ') || '…'}`).join(', ')
  const frames: Record<Exclude<Action, 'fingerprint'>, string> = { app: "frames count as the application's", library: "frames count as a library's", ignore: 'frames are ignored' }
  return { conditions: conditions || 'nothing yet', then: action === 'fingerprint' ? filled(fingerprint).join(' · ') || '…' : frames[action] }
}

/** Which rule the server refuses, and why: `body.rules.3.when.type.0: …`. */
export function refusedRule(message: string): { at: number; why: string } | null {
  const found = /^body\.rules\.(\d+)(?:\.([\w.]+))?: (?:Value error, )?(?:this rule: )?([^]*)$/.exec(message)
  return found ? { at: Number(found[1]), why: `${found[2] ? `${found[2].replace(/\.\d+$/, '')}: ` : ''}${found[3] ?? ''}` } : null
}

export function move<T>(list: T[], from: number, to: number): T[] {
  const moved = list[from]
  if (moved === undefined || to < 0 || to >= list.length) return list
  const rest = list.filter((_, at) => at !== from)
  return [...rest.slice(0, to), moved, ...rest.slice(to)]
}

const KINDS = {
  joined: (before: number) => `${plural(before, 'issue')} become one`,
  split: (_: number, after: number) => `One issue becomes ${after}`,
  moved: (before: number, after: number) => `${plural(before, 'issue')} become ${after}`,
  renamed: () => 'One issue goes on as a new one',
}
export function kindInWords({ kind, before, after }: { kind: keyof typeof KINDS; before: unknown[]; after: unknown[] }): string {
  return KINDS[kind](before.length, after.length)
}
