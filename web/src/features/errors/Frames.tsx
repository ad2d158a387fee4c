import { ChevronDown, ChevronRight } from 'lucide-react'
import { useState } from 'react'
import { plural, truncateMiddle } from '@/shared/format/text'
import { Attributes } from '@/shared/ui/Attributes'
import css from './errors.module.css'
import { fold, type Frame } from './payload'

export function FrameGroups({ frames, all }: { frames: Frame[]; all: boolean }) {
  const firstOwn = frames.findIndex((frame) => frame.inApp)
  const open = firstOwn >= 0 ? firstOwn : 0
  const groups = all ? frames.map((frame, index) => ({ kind: 'frame' as const, frame, index })) : fold(frames)
  return (
    <div>
      {groups.map((group) => group.kind === 'frame'
        ? <FrameRow key={group.index} frame={group.frame} initiallyOpen={group.index === open} />
        : <Folded key={group.index} frames={group.frames} />)}
    </div>
  )
}

function Folded({ frames }: { frames: Frame[] }) {
  const [open, setOpen] = useState(false)
  if (open) return frames.map((frame, index) => <FrameRow key={index} frame={frame} initiallyOpen={false} />)
  return (
    <button type="button" className={css.folded} onClick={() => setOpen(true)}>
      <ChevronRight size={13} />{plural(frames.length, 'library frame')}
    </button>
  )
}

function FrameRow({ frame, initiallyOpen }: { frame: Frame; initiallyOpen: boolean }) {
  const [open, setOpen] = useState(initiallyOpen)
  const hasBody = frame.line !== null || frame.vars !== null
  const Arrow = open ? ChevronDown : ChevronRight
  return (
    <div className={css.frame} data-own={frame.inApp || undefined}>
      <button type="button" className={css.frameHead} onClick={() => setOpen(!open)} disabled={!hasBody} aria-expanded={hasBody ? open : undefined}>
        {hasBody ? <Arrow size={13} /> : <span style={{ width: 13 }} />}
        <span className={css.function}>{frame.function}</span>
        <span className="faint">in</span>
        <span className="ellipsis dim" title={frame.file || frame.module}>{truncateMiddle(frame.file || frame.module, 80)}{frame.lineno !== null && `:${frame.lineno}`}{frame.colno !== null && `:${frame.colno}`}</span>
        <span className="spread" />
        {frame.inApp && <span className={css.badge}>app</span>}
      </button>
      {open && hasBody && (
        <>
          <Source frame={frame} />
          {frame.vars && <div className={css.vars}><h3 className="dim">Local variables</h3><Attributes of={frame.vars} /></div>}
        </>
      )}
    </div>
  )
}

/** Context lines with their numbers; without a line number the lines alone. */
function Source({ frame }: { frame: Frame }) {
  if (frame.line === null) return null
  const start = frame.lineno === null ? null : frame.lineno - frame.before.length
  const lines = [...frame.before, frame.line, ...frame.after]
  return (
    <div className={css.source} role="group" aria-label="Source">
      {lines.map((line, index) => (
        <div key={index} data-raised={index === frame.before.length || undefined}>
          <span aria-hidden>{start === null ? '' : start + index}</span><code>{line || ' '}</code>
        </div>
      ))}
    </div>
  )
}
