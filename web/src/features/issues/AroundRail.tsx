import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { ErrorDetail } from '@/api/types'
import { keptOf, useAppSearch } from '@/shared/filters/search'
import { severityOfLevel, severityOfNumber } from '@/shared/format/severity'
import { plural } from '@/shared/format/text'
import { clockTime, toMs } from '@/shared/format/times'
import { Attributes } from '@/shared/ui/Attributes'
import { IdChip } from '@/shared/ui/IdChip'
import { Section } from '@/shared/ui/Page'
import { SeverityMark } from '@/shared/ui/SeverityMark'
import { Lines } from '@/shared/ui/States'
import { Ago, Duration, Num } from '@/shared/ui/Values'
import css from './issues.module.css'
import { useAround } from './queries'
import type { Around, IssueDetail } from './types'

/** What else happened: everything that shares this event's trace, session or user. Loaded after the page. */
export function AroundRail({ issue, error }: { issue: IssueDetail; error: ErrorDetail }) {
  const { data, error: problem } = useAround(issue.id, error.event_id)
  if (!error.trace_id && !error.user_id && !error.session_id) return null
  if (problem) return <Section title="What else happened"><div className="faint">It could not be loaded: {problem.message}</div></Section>
  if (!data) return <Section title="What else happened"><Lines count={8} /></Section>
  const { trace, logs, person, events, errors } = data
  const isFinding = error.category === 'performance'
  const nothing = !trace && logs.length === 0 && !person && events.length === 0 && errors.length === 0
  return (
    <>
      {nothing && <Section title="What else happened"><div className="dim">Nothing else was sent with this trace, session or user.</div></Section>}
      <AroundCards around={data} at={error.time} traceId={error.trace_id} here={isFinding ? 'this' : 'this error'} marksFailure={!isFinding} />
    </>
  )
}

/** A card for each signal that has something; `here` names what they are around. */
export function AroundCards({ around: { trace, logs, person, events, errors }, at, traceId, here, marksFailure = true }: {
  around: Around
  at: string
  traceId: string
  here: string
  marksFailure?: boolean // whether the span that it happened in is shown as one that failed
}) {
  return (
    <>
      {person && <PersonCard person={person} />}
      {trace && <TraceCard trace={trace} marksFailure={marksFailure} />}
      {events.length > 0 && <EventsCard events={events} at={at} here={here} />}
      {logs.length > 0 && <LogsCard logs={logs} traceId={traceId} at={at} here={here} />}
      {errors.length > 0 && <OthersCard errors={errors} />}
    </>
  )
}

const PLAN = /^(plan|tier|subscription|company|organi[sz]ation|account)$/i
function PersonCard({ person }: { person: NonNullable<Around['person']> }) {
  const entries = Object.entries(person.properties)
  const first = entries.filter(([name]) => PLAN.test(name))
  const rest = entries.filter(([name]) => !PLAN.test(name) && !name.startsWith('$')).slice(0, 8)
  return (
    <Section title="Who met it" actions={<IdChip kind="user" value={person.person_id} />}>
      {first.length > 0 && <div className="row wrap">{first.map(([name, value]) => <span key={name} className={css.badge}>{name}: <b>{String(value)}</b></span>)}</div>}
      {rest.length > 0 ? <Attributes of={Object.fromEntries(rest)} /> : first.length === 0 && <div className="faint">Nothing is known of them.</div>}
    </Section>
  )
}

function TraceCard({ trace, marksFailure }: { trace: NonNullable<Around['trace']>; marksFailure: boolean }) {
  const whole = Math.max(1, trace.duration_ns)
  const last = trace.path.at(-1)
  const door = <Link to="/traces/$traceId" params={{ traceId: trace.trace_id }} search={{ item: last?.span_id }} className="link">Open trace</Link>
  return (
    <Section title="Trace" actions={door}>
      <div className="dim">{plural(trace.span_count, 'span')}{trace.error_count > 0 && <>, <span className="bad">{trace.error_count} failed</span></>} in <Duration ns={trace.duration_ns} /></div>
      <div className={css.path}>
        {trace.path.map((span, depth) => (
          <div key={span.span_id} className={css.step} data-failed={(marksFailure && span === last) || undefined} title={`${span.service} ${span.op}\n${span.status_message}`}>
            <span className="ellipsis" style={{ paddingLeft: Math.min(depth, 8) * 8 }}><b style={{ fontWeight: 500 }}>{span.name}</b> <span className="faint">{span.service}</span></span>
            <span className="dim"><Duration ns={span.duration_ns} /></span>
            <span className={css.stepBar}><i style={{ left: `${(span.start_ns / whole) * 100}%`, width: `${(span.duration_ns / whole) * 100}%` }} /></span>
          </div>
        ))}
      </div>
    </Section>
  )
}

/** What stands before the moment, the moment, and what came after. */
function withHere<T extends { time: string }>(rows: T[], at: string, here: string, show: (row: T, index: number) => ReactNode): ReactNode[] {
  const place = rows.findIndex(({ time }) => toMs(time) > toMs(at))
  const shown = rows.map(show)
  shown.splice(place < 0 ? rows.length : place, 0, <div key="here" data-here><span /><span className="num">{clockTime(at)}</span><b>{here}</b></div>)
  return shown
}

function EventsCard({ events, at, here }: { events: Around['events']; at: string; here: string }) {
  const search = keptOf(useAppSearch())
  return (
    <Section title="What they did">
      <div className={css.lines}>
        {withHere(events, at, here, (event) => (
          <Link key={event.uuid} to="/events" search={{ ...search, user_id: event.distinct_id, item: event.uuid }} title={event.current_url}>
            <span /><span className="faint num">{clockTime(event.time)}</span>
            <span className="ellipsis">{event.event} <span className="faint">{pathOf(event.current_url)}</span></span>
          </Link>
        ))}
      </div>
    </Section>
  )
}
function pathOf(url: string): string { return url.replace(/^[a-z]+:\/\/[^/]+/i, '').slice(0, 80) }

function LogsCard({ logs, traceId, at, here }: { logs: Around['logs']; traceId: string; at: string; here: string }) {
  const search = keptOf(useAppSearch())
  return (
    <Section title="Logs of the trace" actions={<Link to="/logs" search={{ ...search, trace_id: traceId }} className="link">All logs</Link>}>
      <div className={css.lines}>
        {withHere(logs, at, here, (log) => (
          <div key={log.id + log.time}>
            <SeverityMark severity={severityOfNumber(log.severity_number, log.severity_text)} />
            <span className="faint num">{clockTime(log.time)}</span><span className={css.mono}>{log.body}</span>
          </div>
        ))}
      </div>
    </Section>
  )
}

function OthersCard({ errors }: { errors: Around['errors'] }) {
  const search = keptOf(useAppSearch())
  return (
    <Section title="Other errors they met">
      {errors.slice(0, 8).map((one) => (
        <Link key={one.fingerprint} to="/issues/$issue" params={{ issue: one.fingerprint }} search={{ ...search, item: one.last_event_id }} className="row">
          <SeverityMark severity={severityOfLevel(one.level)} />
          <span className="ellipsis spread" title={one.title}>{one.title}</span>
          <span className="dim"><Num value={one.count} /></span><span className="faint"><Ago time={one.last_time} /></span>
        </Link>
      ))}
    </Section>
  )
}
