import { Button } from '@mantine/core'
import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from 'react'
import { plural } from '@/shared/format/text'
import css from './issues.module.css'
import { changeIssues, deleteIssues, mergeIssues, unmergeIssues, useIssueCall } from './queries'
import type { Issue, IssueChange, Matching } from './types'

interface Notice { text: string; bad?: boolean; undo?: (() => void) | undefined }
export interface Decide {
  change: (issues: Issue[], change: IssueChange, done: string) => void
  merge: (issues: Issue[]) => void
  remove: (issues: Issue[], discard: boolean, then?: () => void) => void
  unmerge: (issue: string, fingerprints: string[]) => void
  /** The same decisions about all that match a search: the server looks for them, and says how many there were. */
  all: (matching: Matching, total: number) => Pick<Decide, 'change' | 'remove'>
}
const Context = createContext<Decide | null>(null)
const SECONDS = 8

/** What people do with issues: done at once, said in one line, and taken back from there. */
export function DecideProvider({ children }: { children: ReactNode }) {
  const [notice, setNotice] = useState<Notice | null>(null)
  const changing = useIssueCall(changeIssues).mutate
  const merging = useIssueCall(mergeIssues).mutate
  const unmerging = useIssueCall(unmergeIssues).mutate
  const removing = useIssueCall(deleteIssues).mutate
  const failed = useCallback((error: unknown) => setNotice({ text: error instanceof Error ? error.message : String(error), bad: true }), [])

  const decide = useMemo<Decide>(() => ({
    change: (issues, change, done) => {
      const what = issues.length === 1 ? done : `${done}: ${plural(issues.length, 'issue')}`
      const undo = () => { for (const back of reverse(issues, change)) changing(back, { onError: failed }); setNotice({ text: 'Taken back' }) }
      changing({ ...change, ids: issues.map(({ id }) => id) }, { onSuccess: () => setNotice({ text: what, undo }), onError: failed })
    },
    merge: (issues) => {
      const ids = issues.map(({ id }) => id)
      merging(ids, {
        onSuccess: ({ id }) => setNotice({
          text: `Merged ${plural(ids.length, 'issue')}`,
          undo: () => unmerging({ issue: id, fingerprints: ids.filter((one) => one !== id) }, { onSuccess: () => setNotice({ text: 'Taken apart again' }), onError: failed }),
        }),
        onError: failed,
      })
    },
    unmerge: (issue, fingerprints) => unmerging({ issue, fingerprints }, { onSuccess: () => setNotice({ text: `${plural(fingerprints.length, 'fingerprint')} left this issue` }), onError: failed }),
    remove: (issues, discard, then) => removing({ ids: issues.map(({ id }) => id), discard }, {
      onSuccess: () => { setNotice({ text: `Deleted ${plural(issues.length, 'issue')}` }); then?.() }, onError: failed,
    }),
    all: (matching, total) => ({
      change: (_, change, done) => {
        setNotice({ text: `${done}: ${plural(total, 'issue')} …` })
        changing({ ...change, matching }, {
          onSuccess: ({ changed, undo = [] }) => setNotice({
            text: `${done}: ${plural(changed, 'issue')}`,
            undo: () => { for (const back of undo) changing(back, { onError: failed }); setNotice({ text: 'Taken back' }) },
          }),
          onError: failed,
        })
      },
      // What is deleted is gone: not one more than the reader was told.
      remove: (_, discard, then) => removing({ matching: { ...matching, at_most: Math.max(1, total) }, discard }, {
        onSuccess: ({ changed }) => { setNotice({ text: `Deleted ${plural(changed, 'issue')}` }); then?.() }, onError: failed,
      }),
    }),
  }), [changing, merging, unmerging, removing, failed])

  useEffect(() => {
    if (!notice) return
    const timer = setTimeout(() => setNotice(null), SECONDS * 1_000)
    return () => clearTimeout(timer)
  }, [notice])
  return (
    <Context.Provider value={decide}>
      {children}
      <div className={css.notice} role="status" data-shown={notice !== null || undefined}>
        {notice && <span className={notice.bad ? 'bad' : undefined}>{notice.text}</span>}
        {notice?.undo && <Button size="compact-xs" variant="default" onClick={notice.undo}>Undo</Button>}
      </div>
    </Context.Provider>
  )
}

/** Within, what is decided of any issues is decided of all that match. */
export function DecideOfAll({ matching, total, on, children }: { matching: Matching; total: number; on: boolean; children: ReactNode }) {
  const decide = useDecide()
  return <Context.Provider value={on ? { ...decide, ...decide.all(matching, total) } : decide}>{children}</Context.Provider>
}

export function useDecide(): Decide {
  const decide = useContext(Context)
  if (!decide) throw new Error('useDecide stands outside of DecideProvider')
  return decide
}

/** What gives each issue back what it had; issues that had the same go together. */
export function reverse(issues: Issue[], change: IssueChange): IssueChange[] {
  const groups = new Map<string, IssueChange & { ids: string[] }>()
  for (const issue of issues) {
    const back = before(issue, change)
    const key = JSON.stringify(back)
    const group = groups.get(key) ?? { ...back, ids: [] }
    group.ids.push(issue.id)
    groups.set(key, group)
  }
  return [...groups.values()]
}

function before(issue: Issue, change: IssueChange): IssueChange {
  return {
    ...('status' in change && statusOf(issue)),
    ...('assignee' in change && { assignee: issue.assignee?.id ?? null }),
    ...('priority' in change && { priority: issue.priority }),
  }
}
function statusOf(issue: Issue): IssueChange {
  if (issue.status === 'resolved') return { status: 'resolved', resolution: issue.resolution || 'now', ...(issue.release && { release: issue.release }) }
  if (issue.status === 'archived' && issue.archived_until) {
    return {
      status: 'archived', archived_until: issue.archived_until,
      ...(issue.until_time && { until_time: issue.until_time }), ...(issue.until_count && { until_count: issue.until_count }),
    }
  }
  return { status: 'unresolved' }
}
