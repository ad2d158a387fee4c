import { Button, PasswordInput, SegmentedControl, useMantineColorScheme } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { post } from '@/api/client'
import { useMe } from '@/shared/filters/scope'
import { Attributes } from '@/shared/ui/Attributes'
import { Section } from '@/shared/ui/Page'
import { Problem } from './Problem'

const SCHEMES = [{ value: 'auto', label: 'As the system' }, { value: 'light', label: 'Light' }, { value: 'dark', label: 'Dark' }]

export function AccountTab() {
  const me = useMe()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <>
      <Section title="Account"><Attributes of={{ name: me?.user?.name, email: me?.user?.email, role: me?.user?.role, organisation: me?.organisation.name }} /></Section>
      <Section title="Theme"><div><SegmentedControl size="xs" transitionDuration={0} data={SCHEMES} value={colorScheme} onChange={(value) => setColorScheme(value as 'auto')} /></div></Section>
      <Password />
    </>
  )
}

function Password() {
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const change = useMutation({ mutationFn: () => post('/auth/password', { current, new: next }), onSuccess: () => { setCurrent(''); setNext('') } })
  const submit = (event: FormEvent) => { event.preventDefault(); change.mutate() }
  return (
    <Section title="Password">
      <form className="col" style={{ maxWidth: 280 }} onSubmit={submit}>
        <PasswordInput label="Current password" autoComplete="current-password" required value={current} onChange={(event) => setCurrent(event.currentTarget.value)} />
        <PasswordInput label="New password" autoComplete="new-password" minLength={8} required value={next} onChange={(event) => setNext(event.currentTarget.value)} />
        <Problem error={change.error} />
        {change.isSuccess && <span className="good">Password changed.</span>}
        <div><Button type="submit" variant="default" loading={change.isPending}>Change password</Button></div>
      </form>
    </Section>
  )
}
