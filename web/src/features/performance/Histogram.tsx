import { Link } from '@tanstack/react-router'
import type { AppSearch } from '@/shared/filters/search'
import { humanDuration } from '@/shared/format/numbers'
import { plural } from '@/shared/format/text'
import { Section } from '@/shared/ui/Page'
import { between, type Identity, spansOf } from './doors'
import css from './performance.module.css'
import { everyClass } from './classes'
import type { DurationClass, TransactionRow } from './types'

/** How long it took, how often: a bar is the traces that took so long. */
export function Histogram({ classes, now, of, kept }: { classes: DurationClass[]; now: TransactionRow; of: Identity; kept: AppSearch }) {
  const shown = everyClass(classes)
  const most = Math.max(...shown.map(({ count }) => count), 1)
  const height = (count: number) => (count > 0 ? `${Math.max(2, (count / most) * 100)}%` : '0')
  return (
    <Section title="How long it takes" actions={<span className="faint">half within {humanDuration(now.p50_ns)}, 95% within {humanDuration(now.p95_ns)}</span>}>
      <div className={css.bars} role="group" aria-label="Durations">
        {shown.map(({ from_ns, to_ns, count, failed }) => {
          const text = `${humanDuration(from_ns)} – ${humanDuration(to_ns)}: ${plural(count, 'run')}${failed > 0 ? `, ${failed.toLocaleString('en')} failed` : ''}`
          return (
            <Link key={from_ns} to="/traces" search={spansOf(of, kept, ...between(from_ns, to_ns))} title={text} aria-label={text} preload={false} tabIndex={count > 0 ? 0 : -1}>
              <i data-failed style={{ height: failed > 0 ? height(failed) : 0 }} /><i style={{ height: height(count - failed) }} />
            </Link>
          )
        })}
      </div>
      <div className={css.axis}><span>{humanDuration(shown[0]?.from_ns)}</span><span>{humanDuration(shown.at(-1)?.to_ns)}</span></div>
    </Section>
  )
}
