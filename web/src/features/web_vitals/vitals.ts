import { humanDuration } from '@/shared/format/numbers'
import type { Metric, Rating, Source } from './types'

export const METRICS: Metric[] = ['lcp', 'inp', 'cls', 'fcp', 'ttfb']
export const VITAL_WORDS: Record<Metric, string> = {
  lcp: 'Largest contentful paint', inp: 'Interaction to next paint', cls: 'Cumulative layout shift',
  fcp: 'First contentful paint', ttfb: 'Time to first byte',
}
export const SOURCE_WORDS: Record<Source, string> = { sentry: 'Sentry', posthog: 'PostHog', otlp: 'OpenTelemetry' }
export const RATING_WORDS: Record<Rating, string> = { good: 'good', needs_improvement: 'needs improvement', poor: 'poor' }
export const RATING_COLORS: Record<Rating, string> = { good: 'var(--ok)', needs_improvement: 'var(--bar-warn)', poor: 'var(--bar-error)' }

/** Milliseconds as a duration, CLS as the number it is. */
export function vitalText(metric: Metric, value: number | null | undefined): string {
  if (value === null || value === undefined) return '–'
  if (metric === 'cls') return value === 0 ? '0' : value < 0.001 ? '<0.001' : String(Number(value.toFixed(3)))
  return value === 0 ? '0 ms' : humanDuration(Math.round(value) * 1e6)
}

/** Never rounds up to 100: a page with one poor load still shows. */
export function scoreText(score: number | null | undefined): string {
  if (score === null || score === undefined) return '–'
  return String(Math.floor(score))
}

/** A score's colour is that of the limits it was made of: 90 at good's, 50 at poor's. */
export function scoreRating(score: number): Rating {
  return score >= 90 ? 'good' : score >= 50 ? 'needs_improvement' : 'poor'
}
