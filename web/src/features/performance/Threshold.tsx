import { Button, NumberInput, Popover } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useGet } from '@/api/hooks'
import { useScope } from '@/shared/filters/scope'
import type { Identity } from './doors'
import { useMayChange, useSetThreshold } from './queries'
import type { PerformanceSettings } from './types'

/** T of Apdex: how long may it take? Of one transaction, or (`of` null) of the project. */
export function Threshold({ of, now }: { of: Identity | null; now: number | undefined }) {
  const { base } = useScope()
  const may = useMayChange()
  const settings = useGet<PerformanceSettings>(`${base}/performance/settings`, {}, { enabled: of === null }).data
  const [open, setOpen] = useState(false)
  const current = of === null ? settings?.apdex_ms : now
  if (current === undefined) return null
  if (!may) return <span className="dim" title="satisfied up to T, tolerating up to 4 T">T = {current} ms</span>
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={250} trapFocus>
      <Popover.Target><Button variant="default" size="xs" onClick={() => setOpen(!open)} title="How long users are content to wait (Apdex)">T = {current} ms</Button></Popover.Target>
      <Popover.Dropdown>{open && <Form of={of} current={current} done={() => setOpen(false)} />}</Popover.Dropdown>
    </Popover>
  )
}

function Form({ of, current, done }: { of: Identity | null; current: number; done: () => void }) {
  const [value, setValue] = useState<number | ''>(current)
  const set = useSetThreshold()
  const send = (apdexMs: number | null) => set.mutate({ of, apdexMs }, { onSuccess: done })
  const submit = (event: FormEvent) => { event.preventDefault(); if (value !== '') send(value) }
  return (
    <form onSubmit={submit} className="col">
      <NumberInput size="xs" label={of ? 'T of this transaction, ms' : 'T of the project, ms'} description="Up to T satisfied, up to 4 T tolerating" min={1} max={86_400_000} allowDecimal={false} hideControls value={value} onChange={(next) => setValue(next === '' ? '' : Number(next))} />
      {set.error && <span className="bad" role="alert">{set.error.message}</span>}
      <div className="row">
        <Button size="xs" type="submit" loading={set.isPending} disabled={value === ''}>Save</Button>
        {of && <Button size="xs" variant="default" onClick={() => send(null)}>Use the project’s</Button>}
      </div>
    </form>
  )
}
