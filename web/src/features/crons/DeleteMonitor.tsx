import { Button, Modal } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { Problem } from './Problem'
import { useForget } from './queries'

export function DeleteMonitor({ slug }: { slug: string }) {
  const [opened, setOpened] = useState(false)
  const forget = useForget()
  const navigate = useNavigate()
  const away = () => forget.mutate(slug, { onSuccess: () => void navigate({ to: '/crons', search: {} }) })
  return (
    <>
      <Button variant="default" size="compact-sm" color="red" onClick={() => setOpened(true)}>Delete</Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title={<b className="ellipsis">Delete {slug}</b>} size={420}>
        <div className="col" style={{ gap: 16 }}>
          <p className="dim">Its runs and settings are forgotten. The next check-in begins it anew.</p>
          <Problem error={forget.error} />
          <div className="row" style={{ justifyContent: 'flex-end' }}>
            <Button variant="default" onClick={() => setOpened(false)}>Cancel</Button>
            <Button color="red" loading={forget.isPending} onClick={away}>Delete</Button>
          </div>
        </div>
      </Modal>
    </>
  )
}
