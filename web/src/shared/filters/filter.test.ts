import { describe, expect, it } from 'vitest'
import { addFilter, negate, parseFilter, splitSearch } from './filter'
import { parseSearch, stringifySearch } from './search'

describe('parseFilter', () => {
  it.each([
    ['service=checkout', 'service', '=', 'checkout'],
    ['attributes.http.route!=/health', 'attributes.http.route', '!=', '/health'],
    ['duration_ns>=1000000', 'duration_ns', '>=', '1000000'],
    ['body!~time out', 'body', '!~', 'time out'],
    ['url="a=b c"', 'url', '=', 'a=b c'],
  ])('%s', (text, field, operator, value) => {
    expect(parseFilter(text)).toEqual({ field, operator, value })
  })
  it('refuses words without an operator', () => expect(parseFilter('timeout')).toBeNull())
})

describe('splitSearch', () => {
  it('keeps words and lifts filters', () => {
    expect(splitSearch('payment failed service=checkout status>=500')).toEqual({
      filters: ['service=checkout', 'status>=500'], q: 'payment failed',
    })
  })
  it('leaves URLs and quoted text alone', () => {
    expect(splitSearch('https://a.example/?x=1 "a=b"')).toEqual({ filters: [], q: 'https://a.example/?x=1 "a=b"' })
  })
  it('keeps quoted values together', () => {
    expect(splitSearch('name="GET /a b"').filters).toEqual(['name=GET /a b'])
  })
})

it('adding the opposite replaces', () => {
  expect(addFilter(['a=1', 'b=2'], 'a!=1')).toEqual(['b=2', 'a!=1'])
  expect(negate({ field: 'a', operator: '<', value: '1' }).operator).toBe('>=')
})

it('the address bar round-trips', () => {
  const search = { since: '-24h', filter: ['a=1&2', 'b~x y'], item: 'x/1' }
  expect(parseSearch(stringifySearch(search))).toEqual(search)
})
