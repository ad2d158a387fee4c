import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { ErrorDetail } from '@/api/types'
import { keptOf, useAppSearch } from '@/shared/filters/search'
import { plural } from '@/shared/format/text'
import css from './issues.module.css'

/** Only what the event's way of grouping has to say is there. */
type Grouping = Partial<ErrorDetail['grouping']>
const BY: Record<string, string> = {
  rule: 'a rule of this project', client: 'the fingerprint that the client set', frames: 'the functions that it went through',
  detector: 'what was found, where, and the pattern of the calls', message: 'its type and what it said, without what varies', nothing: 'where it came from: it says nothing itself',
}
const LEFT_OUT: Record<string, string> = { noise: 'plumbing', nameless: 'without a name', repeated: 'repeated', ignore: 'ignored by a rule' }

/** What put the event into its group: which frames and words counted, and which did not. */
export function WhyTogether({ grouping, eventId }: { grouping: Grouping; eventId: string }) {
  const [all, setAll] = useState(false)
  const kept = keptOf(useAppSearch())
  const { by, rule, fingerprint = [], types = [], message, of, weak, frames = [], left_out: leftOut = [] } = grouping
  if (!by) return null
  return (
    <div className={css.together}>
      <div>Grouped by <b>{BY[by] ?? by}</b>{rule && <>: <code>{rule}</code></>}{weak && <span className="dim"> (it tells little)</span>}</div>
      {fingerprint.length > 0 && <Line word="Fingerprint" values={fingerprint} />}
      {types.length > 0 && <Line word="Types" values={types} />}
      {message && <Line word="Message" values={[message]} />}
      {frames.length > 0 && <Line word={of === 'library' ? 'Library frames' : 'Frames'} values={frames.map(([, , name]) => name).reverse()} />}
      {leftOut.length > 0 && (
        <button type="button" className="link" onClick={() => setAll(!all)}>{all ? 'Hide what did not count' : `${plural(leftOut.length, 'frame')} did not count`}</button>
      )}
      <Link to="/settings" search={{ ...kept, tab: 'grouping', item: eventId }} className="link">Change how these are grouped…</Link>
      {all && <Line word="Left out" values={leftOut.map(([exception, frame, reason]) => `${exception}.${frame} ${LEFT_OUT[reason] ?? reason}`)} />}
    </div>
  )
}

function Line({ word, values }: { word: string; values: string[] }) {
  return <dl><dt className="faint">{word}</dt><dd>{values.map((value, index) => <code key={index}>{value}</code>)}</dd></dl>
}
