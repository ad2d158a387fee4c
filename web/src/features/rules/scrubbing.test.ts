import { expect, it } from 'vitest'
import { linesOf, piecesOf, scrubbingProblems } from './scrubbing'
import type { ScrubbingRules } from './types'

const form: ScrubbingRules = { keys: [], safe_keys: [], patterns: [], emails: false, ips: false }

it('lines are tidied', () => expect(linesOf([' a ', '', 'b', 'a'])).toEqual(['a', 'b']))
it('says what will not do, and where', () => {
  expect(scrubbingProblems({ ...form, keys: ['salary', ''], patterns: ['EMP-######', 'acme_*_*'] })).toEqual({})
  for (const pattern of ['*', 'a*', '* *', 'ab']) expect(scrubbingProblems({ ...form, patterns: ['EMP-###', pattern] }).patterns).toContain('almost everything')
  expect(scrubbingProblems({ ...form, patterns: ['abc*d*e*'] }).patterns).toContain('more than 2')
  expect(scrubbingProblems({ ...form, keys: ['a'.repeat(201)] }).keys).toContain('longer than 200')
  expect(scrubbingProblems({ ...form, patterns: Array.from({ length: 51 }, (_, at) => `abc${at}`) }).patterns).toBe('50 lines at most.')
})
it('marks what was filtered', () => expect(piecesOf('a [Filtered][Filtered] b').map(({ filtered }) => filtered)).toEqual([false, true, true, false]))
