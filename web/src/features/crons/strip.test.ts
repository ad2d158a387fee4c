import { describe, expect, it } from 'vitest'
import { countWords, piecesOf, total } from './strip'
import type { Bucket } from './types'

const bucket = (time: string, counts: Partial<Bucket>): Bucket => ({ time, ok: 0, error: 0, timeout: 0, missed: 0, in_progress: 0, ...counts })
const NOON = Date.parse('2026-03-01T12:00:00Z')

describe('piecesOf', () => {
  const pieces = piecesOf([bucket('2026-03-01T12:05:00Z', { ok: 3, missed: 1 })], 300, NOON + 60_000, NOON + 900_000)
  it('begins with the piece the range begins in and ends before its end', () =>
    expect(pieces.map((piece) => (piece.startMs - NOON) / 60_000)).toEqual([0, 5, 10]))
  it('looks like the worst run', () => expect(pieces.map((piece) => piece.look)).toEqual([undefined, 'missed', undefined]))
  it('says what ran', () => {
    expect(pieces[0]?.words).toMatch(/:00:00 no run$/)
    expect(pieces[1]?.words).toMatch(/:05:00 1 missed, 3 ok$/)
  })
})
it('counts in words', () => {
  expect(countWords(bucket('', {}))).toBe('no run')
  expect(countWords(total([bucket('', { ok: 1, timeout: 2 }), bucket('', { ok: 1 })]))).toBe('2 timed out, 2 ok')
})
