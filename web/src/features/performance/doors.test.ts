import { describe, expect, it } from 'vitest'
import { between, pageOf, portions, spansOf } from './doors'

const row = (name: string) => ({ service: 'shop', name, op: 'http.server' })

describe('portions', () => {
  it('keeps every transaction once and in order', () => {
    const rows = Array.from({ length: 130 }, (_, index) => row(`GET /${'ä'.repeat(index % 40)}`))
    const found = portions(rows)
    expect(found.flat()).toEqual(rows)
    for (const one of found) expect(one.length).toBeLessThanOrEqual(50)
  })
  it('gives a name that is too long an address of its own', () => {
    expect(portions([row('a'), row('x'.repeat(9_000)), row('b')]).map((one) => one.length)).toEqual([1, 1, 1])
  })
  it('has none of nothing', () => expect(portions([])).toEqual([]))
})

describe('doors', () => {
  it('leave out a service that is not named', () => expect(pageOf({ service: '', name: 'job', op: '' })).toEqual({ name: 'job' }))
  it('lead to the spans behind a bar', () => {
    expect(spansOf(row('GET /'), { env: 'prod' }, ...between(4, 5))).toEqual({
      env: 'prod', view: 'spans', service: 'shop',
      filter: ['name=GET /', 'transaction_op=http.server', 'is_transaction=1', 'duration_ns>=4', 'duration_ns<5'],
    })
  })
})
