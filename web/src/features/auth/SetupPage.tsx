import { Button, PasswordInput, TextInput } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { useGet } from '@/api/hooks'
import type { SetupState } from '@/api/types'
import { useAppSearch } from '@/shared/filters/search'
import { ErrorState, Lines } from '@/shared/ui/States'
import { AuthCard } from './AuthCard'
import { FormError } from './FormError'
import { useEnter } from './useEnter'

const FIRST = { title: 'Set up vedette', lead: 'Create the first account. It becomes the administrator of this server.', button: 'Create account', stale: 'Start the server again to get a new link, or log in if the set-up is done.' }
const INVITED = { title: 'Join vedette', lead: 'Choose your name and password to accept the invitation.', button: 'Join', stale: 'Ask an administrator for a new invitation.' }

export function SetupPage() { return <TokenForm words={FIRST} /> }
export function InvitePage() { return <TokenForm words={INVITED} /> }

/** A set-up link and an invitation are one call to the server; an invitation names the address it is for. */
function TokenForm({ words }: { words: typeof FIRST }) {
  const { token = '' } = useAppSearch()
  const check = useGet<SetupState>('/auth/setup', { token }, { enabled: token !== '' })
  const invited = check.data?.email ?? undefined
  const { title, lead, button, stale } = invited ? INVITED : words
  const refused = token === '' || check.data?.valid === false || (check.error && 'status' in check.error && Number(check.error.status) >= 400 && Number(check.error.status) < 500)
  if (refused) {
    return (
      <AuthCard title="This link no longer works" lead={stale}>
        <Link to="/login" search={{}}><Button size="sm" variant="default" mt={6}>Go to log in</Button></Link>
      </AuthCard>
    )
  }
  if (check.error) return <AuthCard title={title} lead=""><ErrorState what="The link" error={check.error} retry={() => void check.refetch()} /></AuthCard>
  if (!check.data) return <AuthCard title={title} lead={lead}><Lines count={6} height={30} /></AuthCard>
  return <AuthCard title={title} lead={lead}><AccountForm token={token} button={button} knownEmail={invited} /></AuthCard>
}

const SHORTEST = 8

function AccountForm({ token, button, knownEmail }: { token: string; button: string; knownEmail: string | undefined }) {
  const [name, setName] = useState('')
  const [email, setEmail] = useState(knownEmail ?? '')
  const [password, setPassword] = useState('')
  const enter = useEnter()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    enter.mutate({ path: '/auth/setup', body: { token, email, name, password } })
  }
  return (
    <form onSubmit={submit}>
      <TextInput size="sm" withAsterisk={false} label="Name" name="name" autoComplete="name" required autoFocus value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <TextInput size="sm" withAsterisk={false} label="Email" type="email" name="email" autoComplete="username" required value={email} readOnly={knownEmail !== undefined} onChange={(event) => setEmail(event.currentTarget.value)} />
      <PasswordInput size="sm" withAsterisk={false} label="Password" name="password" autoComplete="new-password" description={`At least ${SHORTEST} characters`} minLength={SHORTEST} required value={password} onChange={(event) => setPassword(event.currentTarget.value)} />
      <FormError error={enter.error} />
      <Button type="submit" size="sm" loading={enter.isPending}>{button}</Button>
    </form>
  )
}
