import { describe, expect, it } from 'vitest'
import type { DeclaredProperty, DeclaredVersion, SchemaEvent } from '@/api/types'
import { judge, shapeWords, storedWord } from './judge'

const version: DeclaredVersion = { name: 'a', version: 1, owner: '', status: 'stable', replacement: '', description: '', key: [], properties: {}, sources: ['s'] }
const row = (change: Partial<SchemaEvent>): SchemaEvent => ({ name: 'a', versions: [version], count: 5, users: 1, last_time: null, violating: 0, undeclared: [], unfit: [], ...change })

describe('judge', () => {
  it.each([
    [{}, 'As declared'],
    [{ versions: [] }, 'Not declared'],
    [{ name: '$pageview', versions: [] }, 'Built in'],
    [{ name: '$made_up_tomorrow', versions: [] }, 'Built in'],
    [{ name: '$pageview' }, 'As declared'],
    [{ count: 0 }, 'Not seen'],
    [{ violating: 2 }, 'Not as declared'],
    [{ undeclared: ['x'] }, 'Not as declared'],
    [{ unfit: ['x'] }, 'Not as declared'],
    [{ versions: [{ ...version, status: 'deprecated' as const }] }, 'Still sent'],
    [{ versions: [{ ...version, status: 'deprecated' as const }], count: 0 }, 'Not seen'],
  ])('%j → %s', (change, word) => expect(judge(row(change)).word).toBe(word))
  it("says what PostHog's own events mean, as far as it knows", () => {
    expect(judge(row({ name: '$pageleave', versions: [] })).why).toBe('A page was left. Nobody has to declare it.')
    expect(judge(row({ name: '$toString', versions: [] })).why).toBe("PostHog's libraries send it by themselves. Nobody has to declare it.")
  })
  it('names what differs', () => expect(judge(row({ violating: 1, undeclared: ['x', 'y'], unfit: ['z'] })).why)
    .toBe('1 event of the newest violated the declaration; 2 properties not declared: x, y; another type than declared: z.'))
})

const plain: DeclaredProperty = { type: 'integer', nullable: false, enum: [], ge: null, gt: null, le: null, lt: null, max_length: null, pattern: null, items: null, required: true, description: '', unit: '', pii: '' }
it('a shape in words', () => {
  expect(shapeWords({ ...plain, ge: 0, lt: 10 })).toBe('integer ≥ 0 < 10')
  expect(shapeWords({ ...plain, type: 'string', enum: ['free', 'pro'] })).toBe('"free" | "pro"')
  expect(shapeWords({ ...plain, type: 'array', items: { ...plain, type: 'string', max_length: 3 } })).toBe('array of string up to 3 characters')
})
it("the store's types in the declaration's words", () => expect(['Int64', 'UInt64', 'Float64', 'DateTime64(9)', 'Array(Nullable(String))', 'Dynamic'].map(storedWord))
  .toEqual(['integer', 'integer', 'number', 'time', 'array', 'Dynamic']))
