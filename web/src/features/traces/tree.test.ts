import { expect, it } from 'vitest'
import type { TraceSpan } from '@/api/types'
import { buildTree, spansOf, toMicroseconds, visible } from './tree'

const span = (span_id: string, parent_span_id: string, second: number, status_code = '') =>
  ({ span_id, parent_span_id, start_ns: second * 1_000_000_000, duration_ns: 1_000, status_code }) as TraceSpan
const failed = (one: TraceSpan) => one.status_code === 'error'
const ids = (rows: { span: TraceSpan }[]) => rows.map((row) => row.span.span_id).join('')

it('orders parents before children, by start', () => {
  const roots = buildTree([span('c', 'a', 3), span('b', 'a', 1), span('a', '', 0), span('d', 'b', 2, 'error')], failed)
  const rows = visible(roots, new Set())
  expect(ids(rows)).toBe('abdc')
  expect(rows.map((row) => row.depth)).toEqual([0, 1, 2, 1])
  expect(roots[0]).toMatchObject({ descendants: 3, failedBelow: true })
  expect(ids(visible(roots, new Set(['b'])))).toBe('abc')
})

it('keeps orphans and circles', () => {
  expect(ids(visible(buildTree([span('x', 'lost', 0), span('a', 'b', 1), span('b', 'a', 2)], failed), new Set()))).toHaveLength(3)
})

it('reads rows by their columns', () => {
  expect(spansOf({ columns: ['name', 'span_id'], rows: [['GET /', 'a']] })).toEqual([{ name: 'GET /', span_id: 'a' }])
})

it('reads microseconds', () => expect(toMicroseconds('2026-01-01T00:00:00.123456Z') % 1_000_000).toBe(123_456))

it('builds 20,000 spans of one long chain quickly', () => {
  const spans = Array.from({ length: 20_000 }, (_, index) => span(String(index), index ? String(index - 1) : '', 0))
  const started = performance.now()
  expect(visible(buildTree(spans, failed), new Set())).toHaveLength(20_000)
  expect(performance.now() - started).toBeLessThan(1_000)
})
