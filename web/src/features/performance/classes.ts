import type { DurationClass } from './types'

const edge = (number: number) => (number > 0 ? Math.ceil(2 ** (number / 4)) : 0)
const MOST = 120

/** The classes between the first and the last that holds something: the empty ones too, so that the axis is true. */
export function everyClass(classes: DurationClass[]): DurationClass[] {
  const known = new Map(classes.map((one) => [one.from_ns, one]))
  const numberOf = (ns: number) => (ns > 0 ? Math.floor(4 * Math.log2(ns) + 1e-9) : 0)
  const first = numberOf(classes[0]?.from_ns ?? 0)
  const last = numberOf(classes.at(-1)?.from_ns ?? 0)
  if (classes.length === 0 || last - first >= MOST || first < 12) return classes // below 8 ns classes are not whole numbers apart
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const from = edge(first + index)
    return known.get(from) ?? { from_ns: from, to_ns: edge(first + index + 1), count: 0, stored: 0, failed: 0 }
  })
}
