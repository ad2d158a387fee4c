import { Button } from '@mantine/core'
import { type ReactNode, useEffect, useState } from 'react'
import { plural } from '@/shared/format/text'
import css from './feedback.module.css'
import { useMark } from './queries'
import type { Feedback, Status } from './types'

interface Notice { text: string; bad?: boolean; undo?: () => void }
export type Decide = (rows: Feedback[], status: Status) => void
const SECONDS = 8
const DONE = { new: 'Back in the inbox', resolved: 'Resolved', spam: 'Marked as spam' }

/** Marks feedback at once, says so in one line, and takes it back from there. */
export function useDecide(): { decide: Decide; notice: ReactNode } {
  const [notice, setNotice] = useState<Notice | null>(null)
  const mark = useMark().mutate
  const failed = (error: unknown) => setNotice({ text: error instanceof Error ? error.message : String(error), bad: true })
  const decide: Decide = (rows, status) => {
    const before = (['new', 'resolved', 'spam'] as const).map((one) => ({ status: one, ids: rows.filter((row) => row.status === one).map(({ id }) => id) })).filter(({ ids }) => ids.length > 0)
    const undo = () => { for (const one of before) mark(one, { onError: failed }); setNotice({ text: 'Taken back' }) }
    mark({ ids: rows.map(({ id }) => id), status }, { onSuccess: () => setNotice({ text: rows.length > 1 ? `${DONE[status]}: ${plural(rows.length, 'message')}` : DONE[status], undo }), onError: failed })
  }
  useEffect(() => {
    if (!notice) return
    const timer = setTimeout(() => setNotice(null), SECONDS * 1_000)
    return () => clearTimeout(timer)
  }, [notice])
  return {
    decide,
    notice: (
      <div className={css.notice} role="status" data-shown={notice !== null || undefined}>
        {notice && <span className={notice.bad ? 'bad' : undefined}>{notice.text}</span>}
        {notice?.undo && <Button size="compact-xs" variant="default" onClick={notice.undo}>Undo</Button>}
      </div>
    ),
  }
}
