import { describe, expect, it } from 'vitest'
import type { ErrorDetail } from '@/api/types'
import { breadcrumbsOf, exceptionsOf, fold, type Frame } from './payload'

const event = (payload: Record<string, unknown>) => ({ type: 'T', value: 'v', handled: null, frames: [], payload }) as unknown as ErrorDetail

it('puts the raised exception first and its newest call on top', () => {
  const found = exceptionsOf(event({ exception: { values: [
    { type: 'Cause', value: 'a' },
    { type: 'Raised', value: 'b', stacktrace: { frames: [{ function: 'main' }, { function: 'fails', in_app: true, lineno: 3 }] } },
  ] } }))
  expect(found.map((one) => one.type)).toEqual(['Raised', 'Cause'])
  expect(found[0]?.frames.map((frame) => frame.function)).toEqual(['fails', 'main'])
})

it('survives payloads of any shape', () => {
  for (const payload of [{}, { exception: null }, { exception: 'x' }, { exception: { values: [null, 3] } }, { exception: [{ stacktrace: { frames: 'no' } }] }]) {
    expect(exceptionsOf(event(payload)).length).toBeGreaterThan(0)
  }
  expect(breadcrumbsOf({ breadcrumbs: [{ timestamp: 0, message: { a: 1 } }] })[0]).toMatchObject({ time: '1970-01-01T00:00:00.000Z', message: '{"a":1}' })
})

describe('fold', () => {
  const frames = (...inApp: boolean[]) => inApp.map((own) => ({ inApp: own }) as Frame)
  it('folds library calls between ours', () => {
    expect(fold(frames(false, false, true, false)).map((group) => group.kind)).toEqual(['folded', 'frame', 'folded'])
  })
  it('folds nothing when nothing is ours', () => expect(fold(frames(false, false)).length).toBe(2))
})
