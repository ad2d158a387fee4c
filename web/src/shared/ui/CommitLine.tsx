import type { ReactNode } from 'react'
import type { Commit } from '@/api/types'
import css from './CommitLine.module.css'
import { Ago } from './Values'

/** A commit on one line; its whole message on hover. */
export function CommitLine({ commit, children }: { commit: Commit; children?: ReactNode }) {
  const [subject = ''] = commit.message.split('\n')
  return (
    <div className={css.commit} title={commit.message}>
      <code className="dim">{commit.sha.slice(0, 8)}</code>
      <span className="ellipsis">{subject || 'no message'}</span>
      {children}
      <span className="spread" />
      <span className="faint ellipsis" title={commit.author_email}>{commit.author_name || commit.author_email}</span>
      {commit.committed_at && <span className={`dim ${css.when}`}><Ago time={commit.committed_at} /></span>}
    </div>
  )
}
