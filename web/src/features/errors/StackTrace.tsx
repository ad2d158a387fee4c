import { SegmentedControl } from '@mantine/core'
import { useMemo } from 'react'
import type { ErrorDetail } from '@/api/types'
import { CodeBlock } from '@/shared/ui/CodeBlock'
import { CopyButton } from '@/shared/ui/Copy'
import { Section } from '@/shared/ui/Page'
import { usePreference } from '@/shared/ui/preference'
import css from './errors.module.css'
import { FrameGroups } from './Frames'
import { asPlainText, type Exception, exceptionsOf } from './payload'
import { useStackTrace } from './queries'
import { Reasons } from './Reasons'

const MODES = [{ value: 'app', label: 'App only' }, { value: 'all', label: 'All frames' }, { value: 'text', label: 'Text' }]

export function StackTrace({ error }: { error: ErrorDetail }) {
  const stack = useStackTrace(error).data
  const exceptions = useMemo(() => exceptionsOf(stack ? { ...error, payload: { ...error.payload, exception: stack.exceptions } } : error), [error, stack])
  const [mode, setMode] = usePreference('stack.mode', 'app')
  const text = useMemo(() => asPlainText(exceptions), [exceptions])
  const controls = (
    <>
      <SegmentedControl size="xs" data={MODES} value={mode} onChange={setMode} transitionDuration={0} aria-label="Frames" />
      <CopyButton text={text} label="Copy stack trace" />
    </>
  )
  return (
    <Section title="Stack trace" actions={controls}>
      {mode === 'text' ? <CodeBlock code={text} />
        : exceptions.map((exception, index) => <ExceptionBlock key={`${stack ? 'read' : 'sent'} ${index}`} exception={exception} first={index === 0} all={mode === 'all'} />)}
      {stack && <Reasons reasons={stack.reasons} />}
    </Section>
  )
}

function ExceptionBlock({ exception, first, all }: { exception: Exception; first: boolean; all: boolean }) {
  const { type, value, mechanism, frames } = exception
  return (
    <div className={css.exception} aria-label={`Exception ${type}`}>
      <header>
        {!first && <span className="faint">Caused by</span>}
        <b>{type || 'Message'}</b>
        <span className="dim" style={{ overflowWrap: 'anywhere' }}>{value}</span>
        <span className="spread" />
        {typeof mechanism?.['type'] === 'string' && <span className={css.badge}>{mechanism['type']}</span>}
      </header>
      {frames.length > 0 ? <FrameGroups frames={frames} all={all} /> : <div className={css.none}>No stack trace was sent for this exception.</div>}
    </div>
  )
}
