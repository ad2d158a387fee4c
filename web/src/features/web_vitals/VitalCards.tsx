import { useSetSearch } from '@/shared/filters/search'
import { exactNumber, humanNumber, percent } from '@/shared/format/numbers'
import type { Metric, Rating, WebVital, WebVitals } from './types'
import { RATING_COLORS, RATING_WORDS, scoreRating, scoreText, VITAL_WORDS, vitalText } from './vitals'
import css from './web_vitals.module.css'

export function VitalCards({ data, chosen }: { data: WebVitals; chosen: Metric }) {
  const setSearch = useSetSearch()
  return (
    <div className={css.cards}>
      <Score data={data} />
      {data.vitals.map((vital) => (
        <button key={vital.metric} type="button" className={css.card} aria-pressed={vital.metric === chosen} aria-label={VITAL_WORDS[vital.metric]}
          onClick={() => setSearch({ name: vital.metric === 'lcp' ? undefined : vital.metric }, { replace: true })}>
          <Vital vital={vital} />
        </button>
      ))}
    </div>
  )
}

function Score({ data }: { data: WebVitals }) {
  const color = data.score === null ? 'var(--border-strong)' : RATING_COLORS[scoreRating(data.score)]
  return (
    <div className={`${css.card} ${css.score}`} role="group" aria-label="Score">
      <svg viewBox="0 0 100 100" width={84} height={84} aria-hidden>
        <circle cx={50} cy={50} r={43} fill="none" stroke="var(--border)" strokeWidth={8} />
        <circle cx={50} cy={50} r={43} fill="none" stroke={color} strokeWidth={8} strokeLinecap="round" pathLength={100}
          strokeDasharray={`${data.score ?? 0} 100`} transform="rotate(-90 50 50)" />
      </svg>
      <b title={data.score === null ? undefined : `${exactNumber(data.score)} of 100`}>{scoreText(data.score)}</b>
      <span className="faint">Score of 100</span>
    </div>
  )
}

function Vital({ vital }: { vital: WebVital }) {
  const { metric, p75, rating } = vital
  return (
    <>
      <span className="row"><span className={css.word}>{metric.toUpperCase()}</span><span className="dim ellipsis">{VITAL_WORDS[metric]}</span></span>
      <span className={css.value} title="75th percentile: three loads in four were at least as good">
        {vitalText(metric, p75)}
        {rating && <small data-rating={rating}>{RATING_WORDS[rating]}</small>}
      </span>
      <Shares vital={vital} />
      <span className={`faint num ${css.counts}`} title={vital.count ? `${exactNumber(vital.count)} measurements, for ${exactNumber(Math.round(vital.loads))} page loads` : undefined}>
        {vital.count === 0 ? <span>not measured</span> : (
          <>
            <span>p50 {vitalText(metric, vital.p50)}</span><span>p90 {vitalText(metric, vital.p90)}</span>
            <span>{humanNumber(Math.round(vital.loads))} loads</span>
          </>
        )}
      </span>
    </>
  )
}

const RATINGS: Rating[] = ['good', 'needs_improvement', 'poor']

/** How many of the loads were good, not so good and poor. */
function Shares({ vital }: { vital: WebVital }) {
  const text = RATINGS.map((rating) => `${percent(vital.loads ? vital[rating] / vital.loads : 0)} ${RATING_WORDS[rating]}`).join(', ')
  return (
    <span className={css.shares} title={vital.loads ? text : undefined} role="img" aria-label={vital.loads ? text : 'not measured'}>
      {vital.loads > 0 && RATINGS.map((rating) => <i key={rating} style={{ flexGrow: vital[rating], background: RATING_COLORS[rating] }} />)}
    </span>
  )
}
