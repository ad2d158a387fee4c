import { Link } from '@tanstack/react-router'
import { keptOf, useAppSearch } from '@/shared/filters/search'
import { plural } from '@/shared/format/text'
import { IdChip } from '@/shared/ui/IdChip'
import { Clock, Duration } from '@/shared/ui/Values'
import css from './crons.module.css'
import { RunMark } from './Marks'
import type { MonitorDetail, Run } from './types'

/** The runs of the range, the newest first, each with the way to what happened in it. */
export function Runs({ monitor: { runs, more_runs } }: { monitor: MonitorDetail }) {
  return (
    <>
      <table className={css.runs} aria-label="Runs">
        <thead><tr><th>Status</th><th>Began</th><th className={css.right}>Duration</th><th>Environment</th><th>Release</th><th>Trace</th><th>Errors</th></tr></thead>
        <tbody>{runs.map((run) => <RunRow key={`${run.environment} ${run.check_in_id} ${run.time} ${run.status}`} run={run} />)}</tbody>
      </table>
      {more_runs && <span className="faint">The newest {plural(runs.length, 'run')}; narrow the range to see the others.</span>}
    </>
  )
}

function RunRow({ run }: { run: Run }) {
  const kept = keptOf(useAppSearch())
  return (
    <tr>
      <td><RunMark status={run.status} /></td>
      <td className={run.status === 'missed' ? 'faint' : undefined}>{run.status === 'missed' && 'expected '}<Clock time={run.time} /></td>
      <td className={css.right}>{run.duration_ms !== null && <Duration ns={run.duration_ms * 1e6} />}</td>
      <td className="dim">{run.environment}</td>
      <td><IdChip kind="release" value={run.release} /></td>
      <td><IdChip kind="trace" value={run.trace_id} max={12} /></td>
      <td>{run.errors > 0 && <Link to="/errors" search={{ ...kept, trace_id: run.trace_id }} className="link">{plural(run.errors, 'error')}</Link>}</td>
    </tr>
  )
}
