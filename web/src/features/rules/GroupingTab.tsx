import { Button, TextInput } from '@mantine/core'
import { Plus, Search } from 'lucide-react'
import { useState } from 'react'
import { ApiError } from '@/api/client'
import { useScope } from '@/shared/filters/scope'
import { useAppSearch, useSetSearch } from '@/shared/filters/search'
import { exactNumber } from '@/shared/format/numbers'
import { Empty, ErrorState, Lines } from '@/shared/ui/States'
import { Effects, inOneLine, showPreview } from './Effects'
import { useEvent, useMay, usePreview, useRules, useSave } from './queries'
import { type Condition, type Draft, inWords, MOST_RULES, move, newId, problemsOf, refusedRule, ruleOf, toDraft, toRule } from './rule'
import { RuleRow } from './RuleRow'
import css from './rules.module.css'
import { SaveBar } from './SaveBar'
import type { GroupingPreview, GroupingRule, SavedGrouping } from './types'

/** How the project's errors are grouped beside the built-in ways. A rule may start from the event in the address. */
export function GroupingTab() {
  const { projectId } = useScope()
  const { item } = useAppSearch()
  const saved = useRules<SavedGrouping>('grouping')
  const event = useEvent(item)
  const [undo, setUndo] = useState<{ path: string; rules: GroupingRule[] } | null>(null)
  const waiting = saved.data === undefined || (item !== undefined && event.data === undefined && !event.error)
  if (saved.error && !saved.data) return <ErrorState what="The grouping rules" error={saved.error} retry={() => void saved.refetch()} />
  if (waiting || !saved.data) return <Lines count={10} />
  const started = item !== undefined && event.data ? ruleOf(event.data) : null
  return (
    <Editor key={`${projectId} ${item ?? ''}`} path={saved.path} saved={saved.data} refetch={saved.refetch} started={started} undo={undo?.path === saved.path ? undo.rules : null} setUndo={(rules) => setUndo(rules && { path: saved.path, rules })}
      missing={item !== undefined && event.error ? 'The event that a rule was to start from is not there any more.' : null} />
  )
}

interface Kept { drafts: Draft[]; version: number }
/** What is not saved survives a look at another page. */
const unsaved = new Map<string, Kept>()

interface Props {
  path: string; saved: SavedGrouping; refetch: () => Promise<unknown>; started: { draft: Draft; offers: Condition[] } | null; missing: string | null
  undo: GroupingRule[] | null; setUndo: (rules: GroupingRule[] | null) => void
}

function Editor({ path, saved, refetch, started, missing, undo, setUndo }: Props) {
  const setSearch = useSetSearch()
  const may = useMay('member')
  const [kept, setKept] = useState<Kept | null>(() => {
    const before = unsaved.get(path) ?? null
    if (!started || !may) return before
    return { drafts: [started.draft, ...(before?.drafts ?? saved.rules.map(toDraft))], version: before?.version ?? saved.version }
  })
  const [own, setOwn] = useState(() => ({ rules: saved.rules, drafts: saved.rules.map(toDraft) }))
  if (own.rules !== saved.rules) setOwn({ rules: saved.rules, drafts: saved.rules.map(toDraft) })
  const [open, setOpen] = useState<number | null>(started && may ? started.draft.id : null)
  const [find, setFind] = useState('')
  const save = useSave<SavedGrouping>(path)
  const drafts = kept?.drafts ?? own.drafts
  const change = (next: Draft[]) => {
    const now = { drafts: next, version: kept?.version ?? saved.version }
    unsaved.set(path, now)
    setKept(now)
    setUndo(null)
    save.reset()
  }
  const forget = () => { unsaved.delete(path); setKept(null); save.reset(); setSearch({ item: undefined }, { replace: true }) }
  const wrong = drafts.map(problemsOf)
  const faulty = wrong.filter(Boolean).length
  const dirty = kept !== null
  const rules = drafts.map(toRule)
  const preview = usePreview<GroupingPreview>(path, may && faulty === 0 && drafts.length > 0 ? { rules } : may && dirty && faulty === 0 ? { rules } : null)
  const refused = save.error instanceof ApiError ? refusedRule(save.error.message) : null
  const put = (wanted: GroupingRule[], version: number, back: GroupingRule[] | null) => save.mutate({ rules: wanted, version }, { onSuccess: () => { setUndo(back); forget() } })
  const words = find.toLowerCase()
  const shown = drafts.map((draft, at) => ({ draft, at })).filter(({ draft }) => !words || draft.id === open || `${draft.name} ${Object.values(inWords(draft)).join(' ')}`.toLowerCase().includes(words))
  const add = () => { const draft: Draft = { id: newId(), name: '', when: [{ field: 'type', patterns: [] }], action: 'fingerprint', fingerprint: [] }; change([draft, ...drafts]); setOpen(draft.id) }
  return (
    <>
      <div className={css.intro}>
        <p className="dim">The first rule that fits an error decides, before the fingerprint that the client sent and before the built-in ways. Rules hold for what arrives from now on, within seconds. What is stored stays in its issue: where errors go on under another fingerprint a new issue begins, and merging it into the old one under Issues keeps the history together. (What a new version of vedette groups differently is merged by itself; what a rule changes is not.) Patterns and placeholders are described in <code>docs/grouping.md</code>.</p>
        {!may && <p className={css.readonly}>You see these rules as a viewer; changing them takes the role member.</p>}
        {missing && <p className="bad" role="alert">{missing}</p>}
      </div>
      <div className="row wrap">
        {may && <Button leftSection={<Plus size={13} />} disabled={drafts.length >= MOST_RULES} onClick={add}>Add a rule</Button>}
        {drafts.length > 12 && <TextInput className={css.find} leftSection={<Search size={13} />} placeholder="Find a rule" aria-label="Find a rule" value={find} onChange={(event) => setFind(event.currentTarget.value)} />}
        <span className="faint num">{drafts.length > 0 && `${words ? `${exactNumber(shown.length)} of ` : ''}${exactNumber(drafts.length)} ${drafts.length === 1 ? 'rule' : 'rules'}`}{drafts.length >= MOST_RULES && ', and there can be no more'}</span>
      </div>
      {drafts.length === 0
        ? <Empty title="No rules yet">Errors are grouped by the functions of the application that they went through, then by their message. A rule is for what that does not know: an error that comes from many places and is one problem, or one place that means several.</Empty>
        : (
          <ol className={css.list} aria-label="Grouping rules">
            {shown.map(({ draft, at }) => (
              <RuleRow key={draft.id} draft={draft} at={at} last={drafts.length - 1} open={open === draft.id} may={may} problems={wrong[at] ?? null}
                refused={refused?.at === at ? refused.why : null} met={!preview.isPlaceholderData ? preview.data?.met[at] : undefined} looked={preview.data?.errors ?? 0}
                offers={started && draft.id === started.draft.id ? started.offers : []}
                onOpen={() => setOpen(open === draft.id ? null : draft.id)}
                onChange={(next) => change(drafts.map((one) => (one.id === draft.id ? next : one)))}
                onMove={(to) => change(move(drafts, at, to))}
                onDropOf={(id) => change(move(drafts, drafts.findIndex((one) => one.id === id), at))}
                onRemove={() => change(drafts.filter((one) => one.id !== draft.id))} />
            ))}
          </ol>
        )}
      {may && (
        <>
          <Effects preview={preview} rules={drafts} dirty={dirty} faulty={faulty} onRule={setOpen} />
          <SaveBar version={saved.version} changedAt={saved.changed_at} dirty={dirty} saving={save.isPending} error={refused ? null : save.error}
            would={faulty === 0 && preview.data ? { words: inOneLine(preview.data), show: showPreview } : null}
            problem={faulty > 0 ? `${faulty === 1 ? 'One rule is' : `${faulty} rules are`} not finished` : null}
            onSave={() => put(rules, kept?.version ?? saved.version, saved.rules)} onTheirs={() => { void refetch().then(forget) }} onDiscard={forget} onUndo={undo && (() => put(undo, saved.version, null))} />
        </>
      )}
      {!may && saved.version > 0 && <span className="faint">Version {saved.version}</span>}
    </>
  )
}
