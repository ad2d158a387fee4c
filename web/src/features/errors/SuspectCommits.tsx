import type { ErrorDetail } from '@/api/types'
import { CommitLine } from '@/shared/ui/CommitLine'
import { Section } from '@/shared/ui/Page'
import { useSuspectCommits } from './queries'

/** Commits of the release an error was seen in first that changed files of its stack; nothing where there are none. */
export function SuspectCommits({ error }: { error: ErrorDetail }) {
  const found = useSuspectCommits(error)
  const items = found.data?.items ?? []
  if (items.length === 0) return null
  return (
    <Section title="Suspect commits">
      {items.map((commit) => <CommitLine key={commit.sha} commit={commit}><span className="faint ellipsis">changed {commit.path} in {commit.release}</span></CommitLine>)}
    </Section>
  )
}
