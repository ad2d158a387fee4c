import { describe, expect, it } from 'vitest'
import { thin } from './Overview'
import { searchOf, tabOf } from './queries'
import { searchFor } from './Tags'
import type { Issue } from './types'
import { reverse } from './useDecide'

describe('the tab and the search', () => {
  it('asks for the tab unless the search says of which state', () => {
    expect(searchOf(undefined, 'unresolved')).toBe('is:unresolved')
    expect(searchOf('level:error', 'resolved')).toBe('level:error is:resolved')
    expect(searchOf('level:error', 'all')).toBe('level:error')
    for (const text of ['is:archived x', '!is:resolved', 'a is:[new,regressed]']) expect(searchOf(text, 'unresolved')).toBe(text)
    expect(searchOf('is:assigned', 'unresolved')).toBe('is:assigned is:unresolved')
    expect(tabOf('nonsense')).toBe('unresolved')
  })
})

describe('a tag as a search', () => {
  it('quotes what would mean something', () => {
    expect(searchFor('plan', 'pro')).toBe('plan:"pro"')
    expect(searchFor('plan', 'a "b" * \\')).toBe('plan:"a \\"b\\" \\* \\\\"')
    expect(searchFor('odd key', 'x')).toBe('tags[oddkey]:"x"')
    expect(searchFor('error.handled', 'no')).toBe('error.handled:false')
  })
})

describe('undo', () => {
  const issue = (id: string, more: Partial<Issue>) => ({ id, status: 'unresolved', assignee: null, priority: 'high', release: '', resolution: '', ...more }) as Issue
  it('gives each issue back what it had, those alike together', () => {
    const issues = [issue('a', {}), issue('b', { status: 'resolved', resolution: 'now' }), issue('c', {})]
    expect(reverse(issues, { status: 'resolved' })).toEqual([
      { status: 'unresolved', ids: ['a', 'c'] }, { status: 'resolved', resolution: 'now', ids: ['b'] },
    ])
    expect(reverse([issue('a', { assignee: { id: 7, email: '', name: '' } })], { assignee: null })).toEqual([{ assignee: 7, ids: ['a'] }])
    expect(reverse([issue('a', { status: 'archived', archived_until: 'events', until_count: 5 })], { status: 'unresolved' }))
      .toEqual([{ status: 'archived', archived_until: 'events', until_count: 5, ids: ['a'] }])
  })
})

describe('release marks', () => {
  it('do not lie on one another, and the newest stay', () => {
    const marks = thin([{ at: 0.1 }, { at: 0.15 }, { at: 0.5 }, { at: 0.98 }, { at: 1.2 }])
    expect(marks.map(({ at }) => at)).toEqual([0.15, 0.5, 0.98])
  })
})
