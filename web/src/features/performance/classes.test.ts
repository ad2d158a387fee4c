import { expect, it } from 'vitest'
import { everyClass } from './classes'

const edge = (number: number) => Math.ceil(2 ** (number / 4))
const one = (number: number, count = 1) => ({ from_ns: edge(number), to_ns: edge(number + 1), count, stored: count, failed: 0 })

it('fills the gaps, whatever the class', () => {
  for (let first = 12; first < 200; first += 1) {
    const all = everyClass([one(first), one(first + 7, 3)])
    expect(all).toHaveLength(8)
    expect(all.reduce((sum, { count }) => sum + count, 0)).toBe(4)
    for (const [index, each] of all.entries()) expect(each.to_ns).toBe(all[index + 1]?.from_ns ?? edge(first + 8))
  }
})
it('shows what is too short or too far apart as it is', () => {
  expect(everyClass([])).toEqual([])
  const far = [{ from_ns: 0, to_ns: 2, count: 1, stored: 1, failed: 0 }, one(180)]
  expect(everyClass(far)).toBe(far)
})
