import { describe, expect, it } from 'vitest'
import { scoreRating, scoreText, vitalText } from './vitals'

describe('vitalText', () => {
  it('writes milliseconds as durations and CLS as a number', () => {
    expect(vitalText('lcp', 2512.4)).toBe('2.51 s')
    expect(vitalText('inp', 88)).toBe('88 ms')
    expect(vitalText('ttfb', 0)).toBe('0 ms')
    expect(vitalText('cls', 0.10449)).toBe('0.104')
    expect(vitalText('cls', 0.0002)).toBe('<0.001')
    expect(vitalText('cls', 0)).toBe('0')
    expect(vitalText('fcp', null)).toBe('–')
  })
})

describe('scores', () => {
  it('never rounds up into a better colour', () => {
    expect(scoreText(89.99)).toBe('89')
    expect(scoreText(100)).toBe('100')
    expect(scoreText(null)).toBe('–')
    expect([90, 89.99, 50, 49.9].map(scoreRating)).toEqual(['good', 'needs_improvement', 'needs_improvement', 'poor'])
  })
})
