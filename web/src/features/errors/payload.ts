import type { ErrorDetail } from '@/api/types'
import { asText, isRecord } from '@/shared/format/text'

/** What the error page reads from a Sentry-shaped event (develop.sentry.dev/sdk/data-model/event-payloads). All of it may be missing or odd. */
export interface Frame {
  function: string; file: string; module: string; lineno: number | null; colno: number | null; inApp: boolean
  before: string[]; line: string | null; after: string[]; vars: Record<string, unknown> | null
}
export interface Exception { type: string; value: string; module: string; mechanism: Record<string, unknown> | null; handled: boolean | null; frames: Frame[] }
export interface Breadcrumb { time: string | null; type: string; category: string; level: string; message: string; data: Record<string, unknown> | null }

/** Exceptions, the raised one first, its causes after it. */
export function exceptionsOf(error: ErrorDetail): Exception[] {
  const found = valuesOf(error.payload['exception']).map(toException)
  if (found.length > 0) return found.reverse()
  const threads = valuesOf(error.payload['threads'])
  const thread = threads.find((one) => one['crashed'] === true || one['current'] === true) ?? threads[0]
  const frames = framesOf(thread?.['stacktrace'] ?? error.payload['stacktrace'])
  const known = frames.length > 0 ? frames : error.frames.map((frame) => toFrame({ ...frame }))
  return [{ type: error.type, value: error.value, module: '', mechanism: null, handled: error.handled, frames: known.reverse() }]
}

function toException(value: Record<string, unknown>): Exception {
  const mechanism = record(value['mechanism'])
  return {
    type: asText(value['type']), value: asText(value['value']), module: asText(value['module']), mechanism,
    handled: typeof mechanism?.['handled'] === 'boolean' ? mechanism['handled'] : null,
    frames: framesOf(value['stacktrace'] ?? value['raw_stacktrace']).reverse(),
  }
}

function framesOf(stacktrace: unknown): Frame[] {
  return list(record(stacktrace)?.['frames']).map(toFrame)
}

function toFrame(frame: Record<string, unknown>): Frame {
  return {
    function: asText(frame['function']) || '<unknown>',
    file: asText(frame['filename'] ?? frame['abs_path'] ?? frame['package']),
    module: asText(frame['module']),
    lineno: number(frame['lineno']), colno: number(frame['colno']),
    inApp: frame['in_app'] === true,
    before: strings(frame['pre_context']),
    line: frame['context_line'] === undefined || frame['context_line'] === null ? null : asText(frame['context_line']),
    after: strings(frame['post_context']),
    vars: record(frame['vars']),
  }
}

/** Library frames between two of ours fold into one line; without a frame of ours, nothing folds. */
export type FrameGroup = { kind: 'frame'; frame: Frame; index: number } | { kind: 'folded'; frames: Frame[]; index: number }
export function fold(frames: Frame[]): FrameGroup[] {
  if (!frames.some((frame) => frame.inApp)) return frames.map((frame, index) => ({ kind: 'frame', frame, index }))
  const groups: FrameGroup[] = []
  frames.forEach((frame, index) => {
    const last = groups.at(-1)
    if (frame.inApp) groups.push({ kind: 'frame', frame, index })
    else if (last?.kind === 'folded') last.frames.push(frame)
    else groups.push({ kind: 'folded', frames: [frame], index })
  })
  return groups
}

export function breadcrumbsOf(payload: Record<string, unknown>): Breadcrumb[] {
  return valuesOf(payload['breadcrumbs']).map((crumb) => ({
    time: crumbTime(crumb['timestamp']), type: asText(crumb['type']), category: asText(crumb['category']),
    level: asText(crumb['level']) || 'info', message: asText(crumb['message']), data: record(crumb['data']),
  }))
}
function crumbTime(value: unknown): string | null {
  if (typeof value === 'number') return new Date(value * 1000).toISOString()
  return typeof value === 'string' && value ? value : null
}

/** The text a developer pastes into a chat: as the platform would have printed it. */
export function asPlainText(exceptions: Exception[]): string {
  return exceptions.map(({ type, value, frames }) =>
    [`${type}: ${value}`, ...frames.map((frame) => `  at ${frame.function} (${frame.file}${frame.lineno ? `:${frame.lineno}` : ''})`)].join('\n'),
  ).join('\n\nCaused by: ')
}

function valuesOf(value: unknown): Record<string, unknown>[] { return list(isRecord(value) ? (value['values'] ?? [value]) : value) }
function list(value: unknown): Record<string, unknown>[] { return Array.isArray(value) ? value.filter(isRecord) : [] }
function strings(value: unknown): string[] { return Array.isArray(value) ? value.map(asText) : [] }
function number(value: unknown): number | null { return typeof value === 'number' ? value : null }
export function record(value: unknown): Record<string, unknown> | null { return isRecord(value) && Object.keys(value).length > 0 ? value : null }
