import { Button, Textarea } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { post } from '@/api/client'
import { Section } from '@/shared/ui/Page'
import css from './rules.module.css'
import { piecesOf } from './scrubbing'
import type { ScrubbingRules, Tried } from './types'

const MOST_CHARACTERS = 100_000
const EXAMPLE = '{"user": {"email": "ann@example.com"}, "api_key": "4f9c", "note": "of EMP-123456"}'

/** What becomes of a text: the server scrubs it as it scrubs what it receives, and keeps nothing of it. */
export function TryIt({ path, rules }: { path: string; rules: ScrubbingRules | null }) {
  const [text, setText] = useState('')
  const tried = useMutation({ mutationFn: (body: object) => post<Tried>(`${path}/try`, body) })
  const run = () => { if (rules) tried.mutate({ ...rules, text: text || EXAMPLE }) }
  return (
    <Section title="Try it">
      <div className={css.try}>
        <div className="col">
          <Textarea size="xs" autosize minRows={5} maxRows={18} maxLength={MOST_CHARACTERS} classNames={{ input: css.mono ?? '' }} aria-label="Text to try" placeholder={EXAMPLE} value={text}
            onChange={(event) => setText(event.currentTarget.value)} onKeyDown={(event) => { if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) run() }} />
          <div className="row wrap"><Button variant="default" disabled={!rules} loading={tried.isPending} onClick={run}>See what is stored</Button><span className="faint">JSON or text, with the rules above, saved or not. It is not kept.</span></div>
        </div>
        <div className="col">
          <pre className={css.result} aria-label="What is stored" aria-live="polite">{tried.data ? piecesOf(tried.data.text).map((piece, at) => (piece.filtered ? <mark key={at}>{piece.text}</mark> : piece.text)) : <span className="faint">What is stored of it shows here.</span>}</pre>
          {tried.error && <div role="alert" className="bad">{tried.error.message}</div>}
          {tried.data && !tried.error && <span className="faint">{tried.data.changed ? `Read as ${tried.data.is_json ? 'JSON' : 'text'}.` : `Nothing is filtered. Read as ${tried.data.is_json ? 'JSON' : 'text'}.`}</span>}
        </div>
      </div>
    </Section>
  )
}
