import { Button } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ArrowRight } from 'lucide-react'
import { useState } from 'react'
import { keptOf, useAppSearch } from '@/shared/filters/search'
import { exactNumber } from '@/shared/format/numbers'
import { plural } from '@/shared/format/text'
import { Section } from '@/shared/ui/Page'
import { Lines } from '@/shared/ui/States'
import { type Draft, kindInWords } from './rule'
import css from './rules.module.css'
import type { Effect, GroupingPreview, Side } from './types'

const AT_FIRST = 10
const PREVIEW = 'rules-preview'
export function showPreview() { document.getElementById(PREVIEW)?.scrollIntoView({ block: 'center' }) }
export function inOneLine({ errors, changed, groups_before: before, groups_after: after }: GroupingPreview): string {
  return changed === 0 ? 'Nothing would change' : `${exactNumber(changed)} of ${exactNumber(errors)} errors would change, ${plural(before, 'issue')} → ${exactNumber(after)}`
}
interface Props { preview: UseQueryResult<GroupingPreview>; rules: Draft[]; dirty: boolean; faulty: number; onRule: (id: number) => void }

/** What the rules would do to the newest errors, before anyone saves them. */
export function Effects({ preview, rules, dirty, faulty, onRule }: Props) {
  const [all, setAll] = useState(false)
  const { data, error, isFetching } = preview
  if (!dirty && rules.length === 0) return null
  return (
    <Section title={dirty ? 'What saving would do to the newest errors' : 'What these rules do'} actions={isFetching && <span className="faint">looking …</span>}>
      {faulty > 0 ? <div className="dim">Once every rule is finished, this says which issues it would join and split.</div>
        : error ? <div role="alert" className="bad">The newest errors could not be looked at: {error.message} <button type="button" className="link" onClick={() => void preview.refetch()}>Try again</button></div>
          : !data ? <Lines count={4} />
            : (
              <div id={PREVIEW} className={css.effects} aria-busy={isFetching} role="group" aria-label="Preview">
                <Summary data={data} dirty={dirty} />
                {data.effects.slice(0, all ? undefined : AT_FIRST).map((effect) => <EffectCard key={effect.before.map(({ fingerprint }) => fingerprint).join()} effect={effect} rules={rules} onRule={onRule} />)}
                {data.effects.length > AT_FIRST && !all && <Button variant="default" onClick={() => setAll(true)}>Show all {exactNumber(data.effects.length)}</Button>}
                {all && data.effects_total > data.effects.length && <div className="faint">The largest {exactNumber(data.effects.length)} of {exactNumber(data.effects_total)} changes.</div>}
              </div>
            )}
    </Section>
  )
}

function Summary({ data: { errors, changed, groups_before: before, groups_after: after }, dirty }: { data: GroupingPreview; dirty: boolean }) {
  if (errors === 0) return <div className="dim">No errors came in the last 30 days, so there is nothing to try the rules on.</div>
  if (changed === 0) return <div className="dim">{dirty ? `Nothing would change: the newest ${plural(errors, 'error')} would be grouped as they are.` : `What they do is done: the newest ${plural(errors, 'error')} are looked at, and each rule says how many of them it meets.`}</div>
  return <div><b>{exactNumber(changed)}</b> of the newest {plural(errors, 'error')} would change their issue; {plural(before, 'issue')} would be <b>{exactNumber(after)}</b>. Only errors that come from now on do.</div>
}

function EffectCard({ effect, rules, onRule }: { effect: Effect; rules: Draft[]; onRule: (id: number) => void }) {
  const by = [...new Set(effect.after.flatMap((side) => side.rules))]
  return (
    <article className={css.effect}>
      <header className="row wrap">
        <b>{kindInWords(effect)}</b><span className="dim num">{plural(effect.count, 'error')}</span>
        <div className="spread" />
        {by.map((at) => { const rule = rules[at]; return rule && <button key={at} type="button" className="link" onClick={() => onRule(rule.id)}>{rule.name.trim() || `rule ${at + 1}`}</button> })}
      </header>
      <div className={css.sides}>
        <Sides sides={effect.before} />
        <ArrowRight size={15} aria-label="become" className="faint" />
        <Sides sides={effect.after} />
      </div>
    </article>
  )
}

const SIDES = 8
function Sides({ sides }: { sides: Side[] }) {
  const [all, setAll] = useState(false)
  const kept = keptOf(useAppSearch())
  return (
    <ul>
      {sides.slice(0, all ? undefined : SIDES).map((side) => (
        <li key={side.fingerprint}>
          {side.known
            ? <Link to="/issues/$issue" params={{ issue: side.issue }} search={{ ...kept }} className="link ellipsis" title={side.title}>{side.title || side.issue}</Link>
            : <span className="ellipsis" title={`${side.title}\nfingerprint ${side.fingerprint}`}><i>a new issue</i>: {side.title || side.fingerprint}</span>}
          <Link to="/issues/$issue" params={{ issue: side.known ? side.issue : side.fingerprint }} search={{ ...kept, item: side.event_id }} className="faint num" hidden={!side.known} title="The newest of them">{exactNumber(side.count)}</Link>
          {!side.known && <span className="faint num">{exactNumber(side.count)}</span>}
        </li>
      ))}
      {!all && sides.length > SIDES && <li><button type="button" className="link" onClick={() => setAll(true)}>{exactNumber(sides.length - SIDES)} more</button></li>}
    </ul>
  )
}
