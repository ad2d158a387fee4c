import { humanNumber, percent } from '@/shared/format/numbers'

/** 0.9 is content, below 0.7 is not: the bands of the Apdex specification. */
export function apdexTone(apdex: number | null): 'good' | 'bad' | undefined {
  if (apdex === null) return undefined
  return apdex < 0.7 ? 'bad' : undefined
}
export const apdexText = (apdex: number | null) => (apdex === null ? '–' : apdex.toFixed(2))

/** "estimated from 10%", where only a share was kept. */
export function estimate(sampleRate: number): string {
  return sampleRate < 0.9995 ? `estimated from ${percent(sampleRate)}` : ''
}

/** A change against the range before; small ones are noise. */
export function changeText(change: number): string {
  if (Math.abs(change) < 0.005) return '±0%'
  return `${change > 0 ? '+' : '−'}${change >= 10 ? `${humanNumber(change)}×` : percent(Math.abs(change))}`
}

/** A line where it did not run: at the height it had, not at zero, which would read as fast. */
export function carried(values: (number | null)[]): number[] {
  const first = values.find((value) => value !== null)
  if (first === undefined || first === null) return []
  let last = first
  return values.map((value) => { last = value ?? last; return last })
}
