import { Button, NumberInput, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { Section } from '@/shared/ui/Page'
import css from './crons.module.css'
import { Problem } from './Problem'
import { useDecide } from './queries'
import type { MonitorDetail, MonitorForm } from './types'

type Schedule = NonNullable<MonitorForm['schedule']>
const KINDS = [{ value: 'code', label: 'as code says' }, { value: 'crontab', label: 'crontab' }, { value: 'interval', label: 'interval' }]
const UNITS = ['minute', 'hour', 'day', 'week', 'month', 'year'].map((unit) => ({ value: unit, label: `${unit}s` }))
const NUMBERS = [
  { name: 'checkin_margin', label: 'May be late, min' }, { name: 'max_runtime', label: 'May take, min' },
  { name: 'failure_issue_threshold', label: 'Failing after, runs' }, { name: 'recovery_threshold', label: 'Ok after, runs' },
] as const

/** What people say stands before what code says; an empty field leaves it to code. */
export function SettingsForm({ monitor }: { monitor: MonitorDetail }) {
  const [form, setForm] = useState<MonitorForm>(monitor.by_people as MonitorForm)
  const decide = useDecide()
  const change = (part: Partial<MonitorForm>) => { decide.reset(); setForm((before) => ({ ...before, ...part })) }
  const placeholder = (name: (typeof NUMBERS)[number]['name']) => String(monitor.by_code[name] ?? (monitor.by_people[name] === null ? monitor[name] : ''))
  return (
    <Section title="Settings">
      <form className={css.settings} onSubmit={(event) => { event.preventDefault(); decide.mutate({ slug: monitor.slug, form: { ...form, muted: monitor.muted } }) }}>
        <ScheduleFields schedule={form.schedule ?? null} change={(schedule) => change({ schedule })} />
        <TextInput size="xs" label="Time zone" placeholder={String(monitor.by_code.timezone ?? 'UTC')} value={form.timezone ?? ''} onChange={(event) => change({ timezone: event.currentTarget.value || null })} />
        <div className={css.pair}>
          {NUMBERS.map(({ name, label }) => (
            <NumberInput key={name} size="xs" label={label} min={name === 'checkin_margin' ? 0 : 1} allowDecimal={false} hideControls placeholder={placeholder(name)} value={form[name] ?? ''} onChange={(value) => change({ [name]: value === '' ? null : Number(value) })} />
          ))}
        </div>
        <Problem error={decide.error} />
        <div className="row"><Button type="submit" variant="default" size="compact-sm" loading={decide.isPending}>Save</Button>{decide.isSuccess && <span className="good">Saved</span>}</div>
      </form>
    </Section>
  )
}

function ScheduleFields({ schedule, change }: { schedule: Schedule | null; change: (schedule: Schedule | null) => void }) {
  const choose = (kind: string | null) => change(kind === 'crontab' ? { type: 'crontab', value: '0 * * * *', unit: null } : kind === 'interval' ? { type: 'interval', value: 1, unit: 'hour' } : null)
  return (
    <>
      <Select size="xs" label="Schedule" allowDeselect={false} data={KINDS} value={schedule?.type ?? 'code'} onChange={choose} />
      {schedule?.type === 'crontab' && <TextInput size="xs" aria-label="Crontab line" className="mono" value={String(schedule.value)} onChange={(event) => change({ ...schedule, value: event.currentTarget.value })} />}
      {schedule?.type === 'interval' && (
        <div className={css.pair}>
          <NumberInput size="xs" aria-label="Every" min={1} allowDecimal={false} value={Number(schedule.value)} onChange={(value) => change({ ...schedule, value: Number(value) || 1 })} />
          <Select size="xs" aria-label="Unit" allowDeselect={false} data={UNITS} value={schedule.unit ?? 'hour'} onChange={(unit) => change({ ...schedule, unit: unit as Schedule['unit'] ?? null })} />
        </div>
      )}
    </>
  )
}
