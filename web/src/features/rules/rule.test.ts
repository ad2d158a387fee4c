import { describe, expect, it } from 'vitest'
import type { ErrorDetail } from '@/api/types'
import { type Draft, exactly, inWords, kindInWords, move, problemsOf, refusedRule, ruleOf, saying, toDraft, toRule } from './rule'

const draft: Draft = { id: 1, name: 'bank', when: [{ field: 'type', patterns: ['Time*'] }], action: 'fingerprint', fingerprint: ['bank'] }
const with_ = (change: Partial<Draft>) => problemsOf({ ...draft, ...change })

describe('a rule', () => {
  it('is what was saved, there and back', () => {
    for (const then of [{ fingerprint: ['a', '{{ type }}'], frames: '' as const }, { fingerprint: [], frames: 'ignore' as const }]) {
      const rule = { name: 'n', when: { type: ['A', '!B'], path: ['*/gen/*'] }, then }
      expect(toRule(toDraft(rule))).toEqual(rule)
    }
  })
  it('leaves out empty lines', () => expect(toRule({ ...draft, when: [{ field: 'type', patterns: [' A ', ''] }], fingerprint: ['', 'x'] }))
    .toEqual({ name: 'bank', when: { type: ['A'] }, then: { fingerprint: ['x'], frames: '' } }))
  it('tells what is wrong where it is wrong', () => {
    expect(problemsOf(draft)).toBeNull()
    expect(with_({ when: [] })?.when).toContain('would fit everything')
    expect(with_({ when: [{ field: 'type', patterns: [''] }] })?.conditions[0]).toContain('Write a pattern')
    expect(with_({ when: [{ field: 'tags.', patterns: ['a'] }] })?.conditions[0]).toBe('Say which tag.')
    expect(with_({ when: [...draft.when, ...draft.when] })?.conditions).toEqual({ 1: 'type has a condition above: its patterns go there.' })
    expect(with_({ when: [{ field: 'type', patterns: ['a'.repeat(201)] }] })?.conditions[0]).toContain('longer than 200')
    expect(with_({ fingerprint: [' '] })?.then).toBe('Say what the fingerprint is.')
    expect(with_({ action: 'ignore' })?.then).toContain('needs a condition on frames')
    expect(with_({ action: 'ignore', fingerprint: [], when: [{ field: 'path', patterns: ['x'] }] })).toBeNull()
  })
  it('has a line', () => {
    expect(inWords({ ...draft, when: [{ field: 'type', patterns: ['A', 'B'] }, { field: 'path', patterns: ['x'] }] })).toEqual({ conditions: 'type A or B, path x', then: 'bank' })
    expect(inWords({ ...draft, action: 'ignore' }).then).toBe('frames are ignored')
  })
})

it('a text as a pattern fits nothing else', () => {
  expect(exactly('a[0]*?')).toBe('a[[]0][*][?]')
  expect(exactly('!not')).toBe('?not')
  expect(exactly('first\nsecond')).toBe('first*')
  expect(exactly('a'.repeat(300))).toHaveLength(200)
  expect(exactly(`${'a'.repeat(198)}[x`)).toBe(`${'a'.repeat(198)}*`)
  expect(saying('no user <number> in [<hex>] <b>*')).toBe('no user * in [[]*] *[*]')
})

it('an event has a rule to start from', () => {
  const frames = [{ module: 'starlette', function: 'run', in_app: false }, { module: 'shop.cart', function: 'total', filename: 'shop/cart.py', in_app: true }]
  const error = { type: 'KeyError', value: 'no 17', transaction: '/cart', logger: '', tags: { region: 'eu' }, frames: [], grouping: { message: 'no <number>' }, payload: { exception: { values: [{ type: 'KeyError', stacktrace: { frames } }] } } }
  const { draft: made, offers } = ruleOf(error as unknown as ErrorDetail)
  expect(toRule(made)).toEqual({ name: 'KeyError in total', when: { type: ['KeyError'], module: ['shop.cart'], function: ['total'] }, then: { fingerprint: ['KeyError in total'], frames: '' } })
  expect(offers).toEqual([{ field: 'message', patterns: ['no *'] }, { field: 'path', patterns: ['shop/cart.py'] }, { field: 'transaction', patterns: ['/cart'] }, { field: 'tags.region', patterns: ['eu'] }])
  expect(problemsOf(made)).toBeNull()
  const bare = { type: '', value: 'hello', transaction: '', logger: '', tags: {}, frames: [], grouping: {}, payload: {} }
  expect(toRule(ruleOf(bare as unknown as ErrorDetail).draft).when).toEqual({ message: ['hello'] })
})

it('order and refusals', () => {
  expect(move(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a'])
  expect(move(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b'])
  expect(move(['a'], 0, 1)).toEqual(['a'])
  expect(refusedRule('body.rules.3: Value error, this rule: no')).toEqual({ at: 3, why: 'no' })
  expect(refusedRule('body.rules.0.when.type.0: too long')).toEqual({ at: 0, why: 'when.type: too long' })
  expect(refusedRule('something else')).toBeNull()
  expect([['joined', 3, 1], ['split', 1, 2], ['moved', 2, 3], ['renamed', 1, 1]].map(([kind, before, after]) => kindInWords({ kind: kind as 'joined', before: Array.from({ length: before as number }), after: Array.from({ length: after as number }) })))
    .toEqual(['3 issues become one', 'One issue becomes 2', '2 issues become 3', 'One issue goes on as a new one'])
})
