import { exactNumber } from '@/shared/format/numbers'

/** A share of 100, as exact as it takes to tell 99.95 from 100; a dash where nothing was counted. */
export function Share({ value, of }: { value: number | null; of: string }) {
  if (value === null) return <span className="faint" title={`no ${of} in this time range`}>–</span>
  const tone = value < 95 ? 'bad' : undefined
  return <span className={`num ${tone ?? ''}`} title={`${exactNumber(value)} %`}>{shareText(value)}</span>
}

/** Never rounds up to 100: one crash among many sessions still shows. */
export function shareText(value: number): string {
  if (value >= 100) return '100%'
  const shown = Math.floor(value * 100) / 100
  return `${value >= 99 ? shown.toFixed(2) : (Math.floor(value * 10) / 10).toFixed(1)}%`
}
