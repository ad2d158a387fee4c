import { ActionIcon, Button, Select, Textarea, TextInput } from '@mantine/core'
import { Plus, X } from 'lucide-react'
import { type Action, type Condition, type Draft, EVENT_FIELDS, FRAME_FIELDS, PLACEHOLDERS, type Problems } from './rule'
import css from './rules.module.css'

const TAG = 'tags.'
const FIELDS = [
  { group: 'Of the error', items: [...EVENT_FIELDS.map((field) => ({ value: field, label: field.replace('_', ' ') })), { value: TAG, label: 'tag …' }] },
  { group: 'Of one frame', items: FRAME_FIELDS.map((field) => ({ value: field, label: field })) },
]
const ACTIONS: { value: Action; label: string }[] = [
  { value: 'fingerprint', label: 'give the error a fingerprint' }, { value: 'app', label: "count these frames as the application's" },
  { value: 'library', label: "count these frames as a library's" }, { value: 'ignore', label: 'ignore these frames' },
]
const HINTS: Record<string, string> = { type: '*Timeout*', message: 'no such user *', path: '*/generated/*', module: 'shop.bank*', function: 'raise_api_error', release: 'shop@2.*', level: 'warning' }

export function RuleForm({ draft, may, problems, offers, onChange }: { draft: Draft; may: boolean; problems: Problems | null; offers: Condition[]; onChange: (draft: Draft) => void }) {
  const change = (part: Partial<Draft>) => onChange({ ...draft, ...part })
  const condition = (at: number, part: Partial<Condition>) => change({ when: draft.when.map((one, place) => (place === at ? { ...one, ...part } : one)) })
  const left = offers.filter(({ field }) => !draft.when.some((one) => one.field === field))
  return (
    <fieldset className={css.form} disabled={!may}>
      <TextInput label="Name" placeholder="What it is for" maxLength={100} value={draft.name} onChange={(event) => change({ name: event.currentTarget.value })} />
      <div className={css.part}>
        <h3 className="dim">When all of these hold</h3>
        {draft.when.map((one, at) => (
          <ConditionLine key={at} condition={one} problem={problems?.conditions[at]} onChange={(part) => condition(at, part)} onRemove={() => change({ when: draft.when.filter((_, place) => place !== at) })} />
        ))}
        {problems?.when && <div className={css.problem}>{problems.when}</div>}
        {may && (
          <div className="row wrap">
            <Button size="compact-xs" variant="default" leftSection={<Plus size={12} />} onClick={() => change({ when: [...draft.when, { field: 'message', patterns: [] }] })}>Add a condition</Button>
            {left.length > 0 && <span className="faint">of this error:</span>}
            {left.map((offer) => <Button key={offer.field} size="compact-xs" variant="subtle" title={offer.patterns[0]} onClick={() => change({ when: [...draft.when, offer] })}><span className="ellipsis" style={{ maxWidth: 200 }}>{offer.field} {offer.patterns[0]}</span></Button>)}
          </div>
        )}
      </div>
      <div className={css.part}>
        <h3 className="dim">Then</h3>
        <Select w={280} aria-label="What follows" allowDeselect={false} data={ACTIONS} value={draft.action} onChange={(action) => change({ action: (action ?? 'fingerprint') as Action })} />
        {draft.action === 'fingerprint' && (
          <>
            <Textarea size="xs" autosize minRows={1} maxRows={8} classNames={{ input: css.mono ?? '' }} aria-label="Fingerprint" placeholder={'bank\n{{ tags.region }}'} value={draft.fingerprint.join('\n')} onChange={(event) => change({ fingerprint: event.currentTarget.value.split('\n') })} />
            <div className="faint">A part a line; errors with the same parts are one issue. Parts may be fixed words, or be filled in:</div>
            {may && (
              <div className="row wrap">
                {PLACEHOLDERS.map((part) => <Button key={part} size="compact-xs" variant="default" className={css.mono ?? ''} onClick={() => change({ fingerprint: [...draft.fingerprint.filter((line) => line.trim()), part] })}>{part}</Button>)}
                <Button size="compact-xs" variant="subtle" onClick={() => change({ fingerprint: ['{{ default }}', '{{ message }}'] })}>Split by message</Button>
              </div>
            )}
          </>
        )}
        {problems?.then && <div className={css.problem}>{problems.then}</div>}
      </div>
    </fieldset>
  )
}

function ConditionLine({ condition: { field, patterns }, problem, onChange, onRemove }: { condition: Condition; problem: string | undefined; onChange: (part: Partial<Condition>) => void; onRemove: () => void }) {
  const tag = field.startsWith(TAG)
  return (
    <div className={css.condition}>
      <div className="col" style={{ gap: 4 }}>
        <Select aria-label="Field" searchable allowDeselect={false} data={FIELDS} value={tag ? TAG : field} onChange={(value) => onChange({ field: value ?? field })} />
        {tag && <TextInput aria-label="Tag" placeholder="name of the tag" value={field.slice(TAG.length)} onChange={(event) => onChange({ field: TAG + event.currentTarget.value.trim() })} />}
      </div>
      <div className="col" style={{ gap: 3 }}>
        <Textarea size="xs" autosize minRows={1} maxRows={8} classNames={{ input: css.mono ?? '' }} aria-label={`Patterns of ${tag ? 'the tag' : field}`} placeholder={HINTS[field] ?? 'a pattern a line; * is anything, !x not x'} value={patterns.join('\n')} error={problem !== undefined} onChange={(event) => onChange({ patterns: event.currentTarget.value.split('\n') })} />
        {problem && <div className={css.problem}>{problem}</div>}
      </div>
      <ActionIcon aria-label={`Remove the condition on ${field}`} onClick={onRemove}><X size={14} /></ActionIcon>
    </div>
  )
}
