import { expect, test } from 'vitest'
import { shareText } from './Health'

test('a crash among many sessions is never rounded away', () => {
  expect([100, 99.9999, 99.955, 99, 98.76, 0].map(shareText)).toEqual(['100%', '99.99%', '99.95%', '99.00%', '98.7%', '0.0%'])
})
