import { plural } from '@/shared/format/text'
import { Section } from '@/shared/ui/Page'
import css from './crons.module.css'
import type { MonitorDetail } from './types'

/** What is in force, and who said it. */
export function Expectations({ monitor }: { monitor: MonitorDetail }) {
  const { schedule, timezone, checkin_margin, max_runtime, failure_issue_threshold, recovery_threshold, by_code, by_people } = monitor
  const who = (name: keyof typeof by_people) => (by_people[name] !== null && by_people[name] !== undefined ? 'by settings' : name in by_code ? 'by code' : 'by default')
  return (
    <Section title="What is expected">
      <dl className={css.facts}>
        <dt>Schedule</dt><dd>{schedule ? <span title={who('schedule')}>{schedule}</span> : <span className="faint">none is known, so no run is missed</span>}</dd>
        {schedule && <><dt>Time zone</dt><dd title={who('timezone')}>{timezone}</dd></>}
        <dt>May be late</dt><dd title={who('checkin_margin')}>{plural(checkin_margin, 'minute')}</dd>
        <dt>May take</dt><dd title={who('max_runtime')}>{plural(max_runtime, 'minute')}</dd>
        <dt>Failing after</dt><dd title={who('failure_issue_threshold')}>{plural(failure_issue_threshold, 'failed run')}</dd>
        <dt>Ok again after</dt><dd title={who('recovery_threshold')}>{plural(recovery_threshold, 'good run')}</dd>
      </dl>
    </Section>
  )
}
