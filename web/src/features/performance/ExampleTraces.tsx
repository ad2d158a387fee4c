import { Link } from '@tanstack/react-router'
import type { AppSearch } from '@/shared/filters/search'
import { Section } from '@/shared/ui/Page'
import { Loading } from '@/shared/ui/States'
import { Ago, Duration } from '@/shared/ui/Values'
import { type Identity, spansOf } from './doors'
import css from './performance.module.css'
import { useExamples } from './queries'
import type { Example } from './types'

const KINDS = [
  { key: 'slowest', title: 'Slowest' }, { key: 'typical', title: 'Typical' }, { key: 'failed', title: 'Failed last' },
] as const

/** Traces to look at; each opens at its span. */
export function ExampleTraces({ of, kept }: { of: Identity; kept: AppSearch }) {
  const examples = useExamples()
  return (
    <Section title="Traces" actions={<Link to="/traces" search={spansOf(of, kept)} className="link">All</Link>}>
      <Loading query={examples} what="Traces">
        {(data) => (
          <div className={css.examples}>
            {KINDS.map(({ key, title }) => (
              <div key={key} role="group" aria-label={title}>
                <div className="dim">{title}</div>
                {data[key].length === 0 && <div className="faint">None in this time range.</div>}
                {data[key].map((one) => <Line key={`${one.trace_id} ${one.span_id}`} one={one} kept={kept} />)}
              </div>
            ))}
          </div>
        )}
      </Loading>
    </Section>
  )
}

function Line({ one, kept }: { one: Example; kept: AppSearch }) {
  const status = one.status_message || (one.http_status_code ? String(one.http_status_code) : one.failed ? 'error' : '')
  return (
    <Link to="/traces/$traceId" params={{ traceId: one.trace_id }} search={{ ...kept, item: one.span_id }} className={css.line} preload={false} title={`trace ${one.trace_id}`}>
      <b><Duration ns={one.duration_ns} /></b>
      <span className={`ellipsis spread ${one.failed ? 'bad' : 'faint'}`}>{status}</span>
      <span className="faint"><Ago time={one.time} /></span>
    </Link>
  )
}
