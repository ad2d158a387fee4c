import { describe, expect, it } from 'vitest'
import { absoluteRange, isValidTime, timeToMs } from '@/shared/time/range'
import { change, humanBytes, humanDuration, humanNumber, percent, withUnit } from './numbers'
import { severityOfLevel, severityOfNumber } from './severity'
import { flatten, safeUrl, toCsv, truncateMiddle } from './text'
import { ago, toMs } from './times'

describe('numbers', () => {
  it.each([[0, '0'], [0.12345, '0.12'], [3.14159, '3.14'], [1234, '1,234'], [12_345, '12.3K'], [null, '–']])(
    '%s → %s', (value, text) => expect(humanNumber(value)).toBe(text))
  it.each([[950, '950 ns'], [1_500, '1.5 µs'], [2_340_000, '2.34 ms'], [1.5e9, '1.5 s'], [150e9, '2.5 min'], [0, '0']])(
    'duration %s → %s', (ns, text) => expect(humanDuration(ns)).toBe(text))
  it('bytes, percent, change', () => {
    expect(humanBytes(1_234_567)).toBe('1.23 MB')
    expect(percent(0.0421)).toBe('4.2%')
    expect(change(15, 10)).toBe(0.5)
    expect(change(15, 0)).toBeNull()
    expect(withUnit(0.25, 's')).toBe('250 ms')
  })
})

it('severity follows OTLP numbers, then the word', () => {
  expect(severityOfNumber(17)).toBe('error')
  expect(severityOfNumber(0, 'WARNING')).toBe('warn')
  expect(severityOfLevel('critical')).toBe('fatal')
})

it('times without a zone are UTC', () => {
  expect(toMs('2026-01-01 00:00:00.000')).toBe(Date.UTC(2026, 0, 1))
  expect(ago('2026-01-01T00:00:00Z', Date.UTC(2026, 0, 1, 0, 0, 3))).toBe('3 s ago')
})

it('only http(s) becomes a link', () => {
  expect(safeUrl('https://a.example/x')).toBe('https://a.example/x')
  expect(safeUrl('javascript:alert(1)')).toBeNull()
  expect(safeUrl(' data:text/html,x')).toBeNull()
})

it('text', () => {
  expect(truncateMiddle('abcdefghij', 5)).toBe('ab…ij')
  expect(flatten({ a: { b: 1 }, c: [1] })).toEqual([['a.b', 1], ['c', [1]]])
  expect(toCsv(['a'], [['x,"y"']])).toBe('a\r\n"x,""y"""')
})

it('ranges', () => {
  expect(timeToMs('-15m', 1_000_000)).toBe(100_000)
  expect(isValidTime('-1x')).toBe(false)
  expect(absoluteRange(0, 10)).toEqual({ since: '1970-01-01T00:00:00.000Z', until: '1970-01-01T00:00:01.000Z' })
})
