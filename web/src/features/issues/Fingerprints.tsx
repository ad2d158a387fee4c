import { Button, Checkbox } from '@mantine/core'
import { useState } from 'react'
import type { ErrorDetail } from '@/api/types'
import { useSetSearch } from '@/shared/filters/search'
import { exactNumber } from '@/shared/format/numbers'
import { plural, truncateMiddle } from '@/shared/format/text'
import { Section } from '@/shared/ui/Page'
import { Ago } from '@/shared/ui/Values'
import css from './issues.module.css'
import { useFingerprints } from './queries'
import type { Fingerprint, IssueDetail } from './types'
import { useDecide } from './useDecide'
import { WhyTogether } from './WhyTogether'

/** Why these events are one issue; what was merged can leave again. */
export function Fingerprints({ issue, error }: { issue: IssueDetail; error: ErrorDetail | undefined }) {
  return (
    <Section title="Why together">
      {issue.fingerprints > 1 ? <Merged issue={issue} /> : <div className="dim">All events have the fingerprint <code title={issue.id}>{truncateMiddle(issue.id, 18)}</code>.</div>}
      {error && <WhyTogether grouping={error.grouping} eventId={error.event_id} />}
    </Section>
  )
}

function Merged({ issue }: { issue: IssueDetail }) {
  const { data } = useFingerprints(issue.id)
  const decide = useDecide()
  const setSearch = useSetSearch()
  const [leaving, setLeaving] = useState<ReadonlySet<string>>(new Set())
  const toggle = (one: string) => { const next = new Set(leaving); if (!next.delete(one)) next.add(one); setLeaving(next) }
  return (
    <div>
      <div className="dim">{plural(issue.fingerprints, 'fingerprint')} are merged here.</div>
      {(data?.items ?? []).map((one) => <Print key={one.fingerprint} one={one} own={one.fingerprint === issue.id} leaving={leaving.has(one.fingerprint)} onToggle={() => toggle(one.fingerprint)} />)}
      <Button size="compact-sm" variant="default" mt={8} disabled={leaving.size === 0} onClick={() => { decide.unmerge(issue.id, [...leaving]); setSearch({ item: undefined }, { replace: true }) }}>
        {leaving.size > 0 ? `Unmerge ${plural(leaving.size, 'fingerprint')}` : 'Unmerge'}
      </Button>
    </div>
  )
}

function Print({ one, own, leaving, onToggle }: { one: Fingerprint; own: boolean; leaving: boolean; onToggle: () => void }) {
  return (
    <label className={css.print} title={own ? 'The issue is named after this one' : undefined}>
      <Checkbox size="xs" checked={leaving} disabled={own} onChange={onToggle} aria-label={`Unmerge ${one.fingerprint}`} />
      <span className="ellipsis" title={`${one.title}\n${one.fingerprint}`}>{one.title}</span>
      <span className="faint num">{exactNumber(one.count)} · <Ago time={one.last_time} /></span>
    </label>
  )
}
