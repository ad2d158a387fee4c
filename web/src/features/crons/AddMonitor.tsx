import { Button, Modal, TextInput } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import { Problem } from './Problem'
import { useDecide } from './queries'

/** Name a job that has not reported yet; its page says how to report and takes its schedule. */
export function AddMonitor() {
  const [opened, setOpened] = useState(false)
  const [slug, setSlug] = useState('')
  const decide = useDecide()
  const navigate = useNavigate()
  const add = () => decide.mutate({ slug: slug.trim(), form: { muted: false } }, {
    onSuccess: () => { setOpened(false); void navigate({ to: '/crons/$slug', params: { slug: slug.trim() }, search: {} }) },
  })
  return (
    <>
      <Button variant="default" size="compact-sm" leftSection={<Plus size={13} />} onClick={() => setOpened(true)}>Add monitor</Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title={<b>Add a monitor</b>} size={420}>
        <form className="col" style={{ gap: 14 }} onSubmit={(event) => { event.preventDefault(); add() }}>
          <p className="dim">Only for a job that calls by curl alone: one on the SDK adds itself with its first run.</p>
          <TextInput label="Name" placeholder="nightly-report" maxLength={128} data-autofocus value={slug} onChange={(event) => setSlug(event.currentTarget.value)} />
          <Problem error={decide.error} />
          <div className="row" style={{ justifyContent: 'flex-end' }}><Button type="submit" loading={decide.isPending} disabled={!slug.trim()}>Add</Button></div>
        </form>
      </Modal>
    </>
  )
}
