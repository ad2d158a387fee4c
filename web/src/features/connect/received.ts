import type { Connect, Protocol } from '@/api/types'

export const KIND_WORDS: Record<string, string> = {
  error: 'error', event: 'event', log: 'log record', span: 'span', metric_point: 'metric point', session: 'session', check_in: 'check-in',
}

export interface Arrival { kind: string; time: string }

/** The newest item of these kinds that came by these protocols, or null while none has. */
export function newest(keys: Connect, { protocols, proves }: { protocols: Protocol[]; proves: string[] }): Arrival | null {
  let found: Arrival | null = null
  for (const protocol of protocols) {
    for (const kind of proves) {
      const time = keys.protocols[protocol]?.categories[kind]?.last_time
      if (time && (!found || time > found.time)) found = { kind, time }
    }
  }
  return found
}
