import { clockTime, dayAndClock, toMs } from '@/shared/format/times'
import type { Bucket, Status } from './types'

/** From the one that matters most: a piece of time looks like the worst run in it. */
export const STATUSES: readonly Status[] = ['missed', 'error', 'timeout', 'in_progress', 'ok']
export const WORDS: Record<Status, string> = { ok: 'ok', error: 'error', timeout: 'timed out', missed: 'missed', in_progress: 'in progress' }

export interface Piece { startMs: number; look: Status | undefined; words: string }

/** A time range in equal pieces, with what ran in each. Buckets start at multiples of their length. */
export function piecesOf(buckets: Bucket[], bucketSeconds: number, sinceMs: number, untilMs: number): Piece[] {
  const step = bucketSeconds * 1000
  const known = new Map(buckets.map((bucket) => [toMs(bucket.time), bucket]))
  const pieces: Piece[] = []
  for (let startMs = Math.floor(sinceMs / step) * step; startMs < untilMs; startMs += step) {
    const bucket = known.get(startMs)
    const when = untilMs - sinceMs > 86_400_000 ? dayAndClock(startMs).slice(0, -7) : clockTime(startMs).slice(0, -4)
    pieces.push({ startMs, look: bucket && STATUSES.find((status) => bucket[status] > 0), words: `${when} ${bucket ? countWords(bucket) : 'no run'}` })
  }
  return pieces
}

/** `2 missed, 3 ok`. */
export function countWords(counts: Record<Status, number>): string {
  return STATUSES.filter((status) => counts[status] > 0).map((status) => `${counts[status]} ${WORDS[status]}`).join(', ') || 'no run'
}

export function total(buckets: Bucket[]): Record<Status, number> {
  const sum = { ok: 0, error: 0, timeout: 0, missed: 0, in_progress: 0 }
  for (const bucket of buckets) for (const status of STATUSES) sum[status] += bucket[status]
  return sum
}
