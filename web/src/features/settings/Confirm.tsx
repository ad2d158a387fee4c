import { Button, Modal } from '@mantine/core'
import { type ReactNode, useState } from 'react'

/** A button that asks first, naming the thing. */
export function Confirm({ word, title, children, busy = false, onConfirm }: { word: string; title: string; children: ReactNode; busy?: boolean; onConfirm: () => void }) {
  const [opened, setOpened] = useState(false)
  return (
    <>
      <Button variant="default" size="compact-xs" color="red" loading={busy} onClick={() => setOpened(true)}>{word}</Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title={<b>{title}</b>} size={420}>
        <div className="col" style={{ gap: 16 }}>
          <div className="dim">{children}</div>
          <div className="row" style={{ justifyContent: 'flex-end' }}>
            <Button variant="default" onClick={() => setOpened(false)}>Cancel</Button>
            <Button color="red" onClick={() => { setOpened(false); onConfirm() }}>{word}</Button>
          </div>
        </div>
      </Modal>
    </>
  )
}
