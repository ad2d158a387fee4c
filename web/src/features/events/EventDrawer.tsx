import { Link } from '@tanstack/react-router'
import type { ProductEvent } from '@/api/types'
import { fullTime } from '@/shared/format/times'
import { Attributes } from '@/shared/ui/Attributes'
import { CopyButton } from '@/shared/ui/Copy'
import { Drawer } from '@/shared/ui/Drawer'
import { JoinChips } from '@/shared/ui/IdChip'
import { Section } from '@/shared/ui/Page'
import { Related } from '@/shared/ui/Related'
import { Empty, Lines } from '@/shared/ui/States'

export function EventDrawer({ event, loading, onClose, onStep }: {
  event: ProductEvent | undefined; loading: boolean; onClose: () => void; onStep: (by: 1 | -1) => void
}) {
  if (!event) {
    return <Drawer title="Event" onClose={onClose}>{loading ? <Lines /> : <Empty title="This event is not stored">It may be older than the retention of events, or belong to another project.</Empty>}</Drawer>
  }
  const ids = { user_id: event.distinct_id, session_id: event.session_id, ...(event.trace_id ? { trace_id: event.trace_id } : {}) }
  const own = Object.entries(event.properties ?? {})
  const pick = (test: (name: string) => boolean) => Object.fromEntries(own.filter(([name]) => test(name)))
  return (
    <Drawer onClose={onClose} onStep={onStep} title={<div className="row"><h2 className="ellipsis">{event.event}</h2><span className="dim num ellipsis">{fullTime(event.time)}</span></div>}>
      <JoinChips of={ids} />
      <Related of={ids} />
      <Section title="Properties" actions={<><Link to="/events/schema" search={{ item: event.event }} className="link">Schema</Link><CopyButton text={JSON.stringify(event.properties, null, 2)} label="Copy as JSON" /></>}>
        <Attributes of={pick((name) => !name.startsWith('$'))} field={(name) => `properties.${name}`} empty="This event carries no properties of its own." />
      </Section>
      <Section title="Set by the library"><Attributes of={pick((name) => name.startsWith('$'))} field={(name) => `properties.${name}`} /></Section>
      <Section title="Event"><Attributes of={{ uuid: event.uuid, distinct_id: event.distinct_id, current_url: event.current_url, lib: event.lib, time: event.time }} /></Section>
    </Drawer>
  )
}
