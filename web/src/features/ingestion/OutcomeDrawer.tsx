import type { OutcomeSummary } from '@/api/types'
import { Attributes } from '@/shared/ui/Attributes'
import { CodeBlock } from '@/shared/ui/CodeBlock'
import { Drawer } from '@/shared/ui/Drawer'
import { Section } from '@/shared/ui/Page'
import { OutcomeMark } from './columns'

export function OutcomeDrawer({ row, onClose, onStep }: { row: OutcomeSummary; onClose: () => void; onStep: (by: 1 | -1) => void }) {
  return (
    <Drawer onClose={onClose} onStep={onStep} title={<div className="row"><OutcomeMark outcome={row.outcome} /><span className="dim ellipsis">{row.protocol} {row.category}</span></div>}>
      {row.detail && <Section title="What was wrong, and where"><p style={{ overflowWrap: 'anywhere' }}>{row.detail}</p></Section>}
      <Section title="Sample of the payload">
        {row.sample ? <CodeBlock code={row.sample} wrap label="Sample payload" /> : <div className="faint">{row.outcome === 'accepted' ? 'Accepted items are stored; no sample is kept.' : 'No sample was kept.'}</div>}
      </Section>
      <Section title="Outcome"><Attributes of={{ protocol: row.protocol, category: row.category, outcome: row.outcome, reason: row.reason, quantity: row.quantity, last_time: row.last_time }} /></Section>
    </Drawer>
  )
}
