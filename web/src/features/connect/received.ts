import type { Connect } from '@/api/types'

export const KIND_WORDS: Record<string, string> = {
  error: 'error', event: 'event', log: 'log record', span: 'span', metric_point: 'metric point', session: 'session', check_in: 'check-in',
}

/** The newest item among these kinds, or null while none has ever arrived. */
export function newest(keys: Connect, kinds: string[]): { kind: string; time: string } | null {
  let found: { kind: string; time: string } | null = null
  for (const kind of kinds) {
    const time = keys.received[kind]?.last_time
    if (time && (!found || time > found.time)) found = { kind, time }
  }
  return found
}
