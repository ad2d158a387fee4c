import { describe, expect, it } from 'vitest'
import { evidenceOf, kindOf, lanes, withKind, type Evidence } from './evidence'

const found: Evidence = {
  detector: 'n_plus_one_db', pattern: 'SELECT ?', count: 2, total_ns: 20, savable_ns: 10, longest_ns: 10, bytes: 0,
  parent: { span_id: 'p', name: 'GET /', op: '', start_ns: 100, duration_ns: 100, service: 's' },
  spans: [{ span_id: 'a', start_ns: 110, duration_ns: 10, text: '', bytes: 0 }, { span_id: 'b', start_ns: 190, duration_ns: 30, text: '', bytes: 0 }],
}

describe('evidence', () => {
  it('is there only where a detector wrote it', () => {
    expect(evidenceOf({ performance: found })).toBe(found)
    for (const other of [{}, { performance: null }, { performance: 'x' }, { performance: { detector: 'x' } }]) expect(evidenceOf(other)).toBeNull()
  })

  it('draws spans within the parent, which may end before them', () => {
    const { at, from, to } = lanes(found)
    expect([from, to]).toEqual([100, 220])
    expect(at(found.spans[0]!).left).toBeCloseTo(8.33, 1)
    for (const span of found.spans) {
      const { left, width } = at(span)
      expect(left).toBeGreaterThanOrEqual(0)
      expect(left + width).toBeLessThanOrEqual(100)
    }
    const alone = lanes({ ...found, parent: null, spans: [found.spans[0]!] })
    expect(alone.at(found.spans[0]!)).toEqual({ left: 0, width: 100 })
  })
})

describe('the kind a search asks for', () => {
  it('is read from it and written into it', () => {
    expect(kindOf(undefined)).toBe('all')
    expect(kindOf('is:unresolved issue.category:performance x')).toBe('performance')
    expect(kindOf('category:error')).toBe('error')
    expect(kindOf('!issue.category:error')).toBeNull()
    expect(kindOf('category:[error,performance]')).toBeNull()
    expect(kindOf('subcategory:performance')).toBe('all')
    expect(withKind('category:error level:error', 'performance')).toBe('issue.category:performance level:error')
    expect(withKind('level:error issue.category:performance', 'all')).toBe('level:error')
    expect(withKind(undefined, 'error')).toBe('issue.category:error')
  })
})
