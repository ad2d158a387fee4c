import { Button, Checkbox, NumberInput } from '@mantine/core'
import { useState } from 'react'
import { useMe } from '@/shared/filters/scope'
import { exactNumber } from '@/shared/format/numbers'
import { Section } from '@/shared/ui/Page'
import { ErrorState, Lines } from '@/shared/ui/States'
import { Ago } from '@/shared/ui/Values'
import css from './detectors.module.css'
import { type Detectors, type Settings, useDetectors, useSetDetectors } from './queries'

interface Field { name: string; word: string; unit: string; least: number; most: number }
const COUNT: Field = { name: 'count', word: 'calls', unit: '', least: 2, most: 1000 }
const ms = (name: string, word: string): Field => ({ name, word, unit: ' ms', least: 1, most: 3_600_000 })
const FORM: { id: keyof Settings; title: string; what: string; fields: Field[] }[] = [
  { id: 'n_plus_one_db', title: 'N+1 queries', what: 'Equal statements under one span', fields: [COUNT, ms('total_ms', 'together')] },
  { id: 'n_plus_one_http', title: 'N+1 API calls', what: 'Equal HTTP calls under one span', fields: [COUNT, ms('total_ms', 'together')] },
  { id: 'slow_db', title: 'Slow query', what: 'One statement', fields: [ms('duration_ms', 'or longer')] },
  { id: 'consecutive_db', title: 'Consecutive queries', what: 'Reads one after the other', fields: [COUNT, ms('savable_ms', 'to be saved')] },
  { id: 'consecutive_http', title: 'Consecutive API calls', what: 'HTTP calls one after the other', fields: [COUNT, ms('savable_ms', 'to be saved')] },
  { id: 'large_http', title: 'Large HTTP payload', what: 'A body sent or received', fields: [{ name: 'bytes', word: 'or more', unit: ' bytes', least: 1000, most: 1e12 }, ms('duration_ms', 'or longer')] },
]
type Values = Record<string, Record<string, number | boolean>>

/** What is looked for in spans, from where on it counts, and how the work goes. */
export function DetectorsTab() {
  const query = useDetectors()
  if (query.error) return <ErrorState what="The detectors" error={query.error} retry={() => void query.refetch()} />
  if (!query.data) return <Lines count={10} />
  return (
    <>
      <Form key={query.data.version} detectors={query.data} />
      <Status status={query.data.status} />
    </>
  )
}

function Form({ detectors }: { detectors: Detectors }) {
  const { version } = detectors
  const before = Object.fromEntries(FORM.map(({ id }) => [id, detectors[id]])) as unknown as Values
  const [values, setValues] = useState<Values>(before)
  const may = useMe()?.user?.role !== 'viewer'
  const save = useSetDetectors()
  const set = (id: string, name: string, value: number | boolean) => setValues({ ...values, [id]: { ...values[id], [name]: value } })
  const changed = JSON.stringify(values) !== JSON.stringify(before)
  return (
    <Section title="Detectors">
      <p className="dim">What is slow in spans without being an error is opened as an issue, whoever sent the spans. Changes hold for what is received from now on.</p>
      <form onSubmit={(event) => { event.preventDefault(); save.mutate(values as unknown as Settings) }}>
        <div className={css.form}>
          {FORM.map(({ id, title, what, fields }) => {
            const one = values[id] ?? {}
            return (
              <fieldset key={id} disabled={!may} className={css.detector} data-off={!one.enabled || undefined}>
                <Checkbox size="xs" label={<><b>{title}</b><span className="faint">{what}</span></>} aria-label={title} checked={one.enabled === true} onChange={(event) => set(id, 'enabled', event.currentTarget.checked)} />
                <div className="row">
                  {fields.map((field) => (
                    <label key={field.name} className="row">
                      <NumberInput size="xs" w={field.name === 'bytes' ? 150 : 104} aria-label={`${title}: ${field.name}`} value={one[field.name] as number} min={field.least} max={field.most} suffix={field.unit} thousandSeparator=" " hideControls allowDecimal={false} allowNegative={false} disabled={!one.enabled}
                        onChange={(value) => { if (typeof value === 'number') set(id, field.name, value) }} />
                      <span className="dim">{field.word}</span>
                    </label>
                  ))}
                </div>
              </fieldset>
            )
          })}
        </div>
        {may && (
          <div className="row" style={{ marginTop: 12 }}>
            <Button type="submit" loading={save.isPending} disabled={!changed}>Save</Button>
            <Button variant="default" disabled={!changed} onClick={() => setValues(before)}>Undo</Button>
            {version > 0 && !changed && <span className="faint">changed {version === 1 ? 'once' : `${version} times`}</span>}
          </div>
        )}
      </form>
      {save.error && <div role="alert" className="bad">{save.error.message}</div>}
    </Section>
  )
}

function Status({ status }: { status: Detectors['status'] }) {
  if (!status.until) return <Section title="How it goes"><p className="dim">No spans have been looked at yet. They are as soon as some are received.</p></Section>
  const left = status.candidates - status.examined
  return (
    <Section title="How it goes">
      <dl className={css.numbers}>
        <div><dt>Looked at</dt><dd>what came until <Ago time={status.until} /></dd></div>
        <div><dt>Spans, lately</dt><dd className="num">{exactNumber(status.spans)}</dd></div>
        <div><dt>Traces examined</dt><dd className="num">{exactNumber(status.examined)}<span className="faint"> of {exactNumber(status.candidates)} that may have something</span></dd></div>
        <div><dt>Found</dt><dd className="num">{exactNumber(status.found)}<span className="faint"> {exactNumber(status.written)} kept</span></dd></div>
        <div><dt>Waiting for spans</dt><dd className="num">{exactNumber(status.waiting)}</dd></div>
      </dl>
      {left > 0 && <p className="dim">{exactNumber(left)} traces were left out: a sweep looks at those that lose most.</p>}
      {status.skipped_seconds > 0 && <p className="dim">{exactNumber(Math.ceil(status.skipped_seconds / 60))} minutes were never looked at: the server was away for longer than a day.</p>}
      {status.error && <p role="alert" className="bad">The last sweep did not end: {status.error}</p>}
    </Section>
  )
}
