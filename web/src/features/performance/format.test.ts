import { expect, it } from 'vitest'
import { apdexText, apdexTone, carried, changeText, estimate } from './format'

it('says what was estimated, and of what', () => {
  expect(estimate(1)).toBe('')
  expect(estimate(0.1)).toBe('estimated from 10%')
  expect(estimate(0.012)).toBe('estimated from 1.2%')
})
it('reads changes', () => {
  expect([changeText(0.5), changeText(-0.5), changeText(0.001), changeText(12)]).toEqual(['+50%', '−50%', '±0%', '+12×'])
})
it('grades Apdex', () => {
  expect([apdexTone(0.95), apdexTone(0.69), apdexTone(null)]).toEqual([undefined, 'bad', undefined])
  expect([apdexText(0.951), apdexText(null)]).toEqual(['0.95', '–'])
})
it('keeps a line where nothing ran', () => {
  expect(carried([null, 3, null, 5, null])).toEqual([3, 3, 3, 5, 5])
  expect(carried([null, null])).toEqual([])
})
