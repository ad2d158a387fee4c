import { Button, Checkbox, Modal } from '@mantine/core'
import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { exactNumber } from '@/shared/format/numbers'
import { plural } from '@/shared/format/text'
import type { Issue } from './types'
import { useDecide } from './useDecide'

/** Asks first, and says how much goes. `all`: how many match, where that is what goes. */
export function DeleteButton({ issues, all, after }: { issues: Issue[]; all?: number | undefined; after?: () => void }) {
  const decide = useDecide()
  const [opened, setOpened] = useState(false)
  const [discard, setDiscard] = useState(false)
  const word = `Delete ${plural(all ?? issues.length, 'issue')}`
  const events = all === undefined ? `the ${exactNumber(issues.reduce((sum, { count }) => sum + count, 0))} of this range and older ones,` : 'of this range and older ones,'
  return (
    <>
      <Button size="compact-sm" variant="default" aria-label={word} onClick={() => setOpened(true)}><Trash2 size={13} /></Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title={<b>{word}</b>} size={440}>
        <div className="col" style={{ gap: 16 }}>
          <div className="dim">All events go for good, {events} with their attachments, comments and decisions. This cannot be taken back.</div>
          <Checkbox checked={discard} onChange={(event) => setDiscard(event.currentTarget.checked)} label="Discard what comes of them from now on, too (counted under Ingestion)" />
          <div className="row" style={{ justifyContent: 'flex-end' }}>
            <Button variant="default" onClick={() => setOpened(false)}>Cancel</Button>
            <Button color="red" onClick={() => { setOpened(false); decide.remove(issues, discard, after) }}>{word}</Button>
          </div>
        </div>
      </Modal>
    </>
  )
}
