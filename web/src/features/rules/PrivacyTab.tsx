import { Checkbox, Textarea } from '@mantine/core'
import { useState } from 'react'
import { Link } from '@tanstack/react-router'
import { ApiError } from '@/api/client'
import { useScope } from '@/shared/filters/scope'
import { keptOf, useAppSearch } from '@/shared/filters/search'
import { exactNumber } from '@/shared/format/numbers'
import { plural } from '@/shared/format/text'
import { Section } from '@/shared/ui/Page'
import { ErrorState, Lines } from '@/shared/ui/States'
import { useMay, usePreview, useRules, useSave } from './queries'
import css from './rules.module.css'
import { SaveBar } from './SaveBar'
import { linesOf, scrubbingProblems } from './scrubbing'
import { TryIt } from './TryIt'
import type { SavedScrubbing, ScrubbingPreview, ScrubbingRules } from './types'

const LISTS = [
  { name: 'keys', label: 'Names of secret fields', hint: 'salary\niban', about: 'The whole value goes. Case, - and _ do not count.' },
  { name: 'safe_keys', label: 'Names of harmless fields', hint: 'session\ntoken_type', about: 'Their values stay though the name sounds like a secret; what looks like one inside still goes.' },
  { name: 'patterns', label: 'Patterns of secret values', hint: 'EMP-######\nacme_live_*', about: '# is a digit, * anything within a word; only what fits goes.' },
] as const

/** What counts as a secret here beside what is known: an admin sets it, everybody may see it. */
export function PrivacyTab() {
  const { projectId } = useScope()
  const saved = useRules<SavedScrubbing>('scrubbing')
  if (saved.error && !saved.data) return <ErrorState what="The scrubbing rules" error={saved.error} retry={() => void saved.refetch()} />
  if (!saved.data) return <Lines count={10} />
  return <Editor key={projectId} path={saved.path} saved={saved.data} refetch={saved.refetch} />
}

interface Kept { form: ScrubbingRules; version: number }
const unsaved = new Map<string, Kept>()

function Editor({ path, saved, refetch }: { path: string; saved: SavedScrubbing; refetch: () => Promise<unknown> }) {
  const may = useMay('admin')
  const [kept, setKept] = useState<Kept | null>(() => unsaved.get(path) ?? null)
  const [undo, setUndo] = useState<ScrubbingRules | null>(null)
  const save = useSave<SavedScrubbing>(path)
  const { version, changed_at: changedAt, ...inForce } = saved
  const form = kept?.form ?? inForce
  const change = (part: Partial<ScrubbingRules>) => {
    const now = { form: { ...form, ...part }, version: kept?.version ?? version }
    unsaved.set(path, now)
    setKept(now)
    setUndo(null)
    save.reset()
  }
  const forget = () => { unsaved.delete(path); setKept(null); save.reset() }
  const problems = scrubbingProblems(form)
  const wrong = Object.keys(problems).length > 0
  const body = tidy(form)
  const preview = usePreview<ScrubbingPreview>(path, may && !wrong ? body : null)
  const put = (wanted: ScrubbingRules, of: number, back: ScrubbingRules | null) => save.mutate({ ...wanted, version: of }, { onSuccess: () => { setUndo(back); forget() } })
  const refused = save.error instanceof ApiError && save.error.status === 400 ? save.error.message.replace(/^body[.\w]*: (Value error, )?/, '') : null
  return (
    <>
      <div className={css.intro}>
        <p className="dim">Passwords, tokens, keys of well-known services, card numbers and the like are taken out of everything before it is stored, whatever stands here. This adds what only this project knows. Rules hold for what arrives from now on, within seconds; what is stored stays as it is. <code>docs/scrubbing.md</code> says what they apply to and what is never changed.</p>
        {!may && <p className={css.readonly}>You see these rules, and an admin of this organisation changes them: they decide what is kept of everybody&apos;s data.</p>}
      </div>
      <fieldset className={css.lists} disabled={!may}>
        {LISTS.map(({ name, label, hint, about }) => (
          <div key={name} className="col" style={{ gap: 4 }}>
            <Textarea size="xs" label={label} description={about} autosize minRows={3} maxRows={14} classNames={{ input: css.mono ?? '' }} placeholder={may ? hint : 'none'} value={form[name].join('\n')} error={problems[name] !== undefined} onChange={(event) => change({ [name]: event.currentTarget.value.split('\n') })} />
            {problems[name] && <div className={css.problem}>{problems[name]}</div>}
          </div>
        ))}
        <div className="col" style={{ gap: 10, paddingTop: 4 }}>
          <Checkbox size="xs" label="E-mail addresses are secret" checked={form.emails} onChange={(event) => change({ emails: event.currentTarget.checked })} />
          <Checkbox size="xs" label="IP addresses are secret" checked={form.ips} onChange={(event) => change({ ips: event.currentTarget.checked })} />
        </div>
      </fieldset>
      {may && (
        <>
          <Places preview={preview} wrong={wrong} />
          <TryIt path={path} rules={wrong ? null : body} />
          <SaveBar version={version} changedAt={changedAt} dirty={kept !== null} saving={save.isPending} error={refused ? new Error(refused) : save.error} problem={wrong ? 'A line does not do' : null}
            onSave={() => put(body, kept?.version ?? version, inForce)} onTheirs={() => { void refetch().then(forget) }} onDiscard={forget} onUndo={undo && (() => put(undo, version, null))} />
        </>
      )}
    </>
  )
}

function tidy(form: ScrubbingRules): ScrubbingRules {
  return { ...form, keys: linesOf(form.keys), safe_keys: linesOf(form.safe_keys), patterns: linesOf(form.patterns) }
}

/** Where the newest errors hold what would be filtered; the values stay where they are. */
function Places({ preview, wrong }: { preview: ReturnType<typeof usePreview<ScrubbingPreview>>; wrong: boolean }) {
  const kept = keptOf(useAppSearch())
  const { data, error, isFetching } = preview
  return (
    <Section title="What they would take out of the newest errors" actions={isFetching && <span className="faint">looking …</span>}>
      {wrong ? <div className="dim">Once every line will do, this says where something would be filtered.</div>
        : error ? <div role="alert" className="bad">The newest errors could not be looked at: {error.message} <button type="button" className="link" onClick={() => void preview.refetch()}>Try again</button></div>
          : !data ? <Lines count={3} />
            : data.errors === 0 ? <div className="dim">No errors came in the last 30 days, so there is nothing to try the rules on.</div>
              : data.changed === 0 ? <div className="dim">Nothing: the newest {plural(data.errors, 'error')} hold nothing that these rules would filter.</div>
                : (
                  <>
                    <div><b className="num">{exactNumber(data.changed)}</b> of the newest {plural(data.errors, 'error')} hold something that would be <code>[Filtered]</code>. They stay as they are: delete their issue where that must not be.</div>
                    <ul className={css.places} aria-label="Places">
                      {data.places.map(({ path, count, event_id: eventId, fingerprint }) => (
                        <li key={path}><span className="mono ellipsis" title={path}>{path}</span><Link to="/issues/$issue" params={{ issue: fingerprint }} search={{ ...kept, item: eventId }} className="link num" title="The newest of them">{plural(count, 'error')}</Link></li>
                      ))}
                    </ul>
                  </>
                )}
    </Section>
  )
}
