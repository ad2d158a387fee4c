import { Link } from '@tanstack/react-router'
import { percent } from '@/shared/format/numbers'
import { Section } from '@/shared/ui/Page'
import { Ago, Duration, Num } from '@/shared/ui/Values'
import css from './performance.module.css'
import type { TransactionSummary } from './types'

/** Each release that ran it, the last first: is the new one slower? */
export function Releases({ releases }: { releases: TransactionSummary['releases'] }) {
  if (releases.length === 0) return null
  return (
    <Section title="By release">
      <div className={css.wide}>
        <table className={css.table} aria-label="By release">
          <thead><tr><th>Release</th><th>Since</th><th>Last</th><th className={css.right}>Runs</th><th className={css.right}>p50</th><th className={css.right}>p95</th><th className={css.right}>Failed</th></tr></thead>
          <tbody>
            {releases.map((one, index) => {
              const before = releases[index + 1]
              const slower = before && one.p95_ns > before.p95_ns * 1.1
              return (
                <tr key={one.release}>
                  <td className={css.name}><Link to="/releases/$version" params={{ version: one.release }} search={{}} className="link" preload={false}>{one.release}</Link></td>
                  <td className="dim">{one.began && <Ago time={one.began} />}</td>
                  <td className="dim"><Ago time={one.last_time} /></td>
                  <td className={css.right}><Num value={one.count} unit="runs" /></td>
                  <td className={css.right}><Duration ns={one.p50_ns} /></td>
                  <td className={`${css.right} ${slower ? 'bad' : ''}`} title={slower ? `slower than ${before.release}` : undefined}><Duration ns={one.p95_ns} /></td>
                  <td className={`num ${css.right} ${one.failure_rate > 0 ? 'bad' : 'faint'}`}>{percent(one.failure_rate)}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
    </Section>
  )
}
