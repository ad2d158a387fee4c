import { Button, PasswordInput, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useEnter } from './useEnter'
import { AuthCard } from './AuthCard'
import { FormError } from './FormError'

export function LoginPage() {
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const enter = useEnter()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    enter.mutate({ path: '/auth/login', body: { email, password } })
  }
  return (
    <AuthCard title="Log in" lead="See what is happening before your users tell you.">
      <form onSubmit={submit}>
        <TextInput size="sm" withAsterisk={false} label="Email" type="email" name="email" autoComplete="username" required autoFocus value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
        <PasswordInput size="sm" withAsterisk={false} label="Password" name="password" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
        <FormError error={enter.error} />
        <Button type="submit" size="sm" loading={enter.isPending}>Log in</Button>
      </form>
    </AuthCard>
  )
}
