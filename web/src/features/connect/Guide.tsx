import { useState } from 'react'
import type { Connect } from '@/api/types'
import { CodeBlock } from '@/shared/ui/CodeBlock'
import { Section } from '@/shared/ui/Page'
import { Ago } from '@/shared/ui/Values'
import css from './connect.module.css'
import { Light } from './Light'
import { KIND_WORDS, newest } from './received'
import type { Snippet } from './snippets'

export function Guide({ snippet, keys }: { snippet: Snippet; keys: Connect }) {
  return (
    <>
      <div className={css.head}><h2>{snippet.word}</h2></div>
      <Status snippet={snippet} keys={keys} />
      {snippet.steps(keys).map((step) => <Section key={step.title} title={step.title}><CodeBlock code={step.code} label={step.title} /></Section>)}
    </>
  )
}

/** Green from the first item of a kind that this way sends, by its own protocol. "First" when it came while someone was watching. */
function Status({ snippet, keys }: { snippet: Snippet; keys: Connect }) {
  const latest = newest(keys, snippet)
  const [watchedFromNothing] = useState(latest === null)
  const kinds = snippet.proves.map((kind) => `${KIND_WORDS[kind] ?? kind}s`)
  return (
    <div className={css.status} data-on={latest !== null || undefined} role="status">
      <Light on={latest !== null} />
      {latest
        ? <span><b>{watchedFromNothing ? 'First' : 'Last'} {KIND_WORDS[latest.kind] ?? latest.kind} received</b> <Ago time={latest.time} /></span>
        : <span>Waiting for the first item. This turns green when {kinds.length > 1 ? `${kinds.slice(0, -1).join(', ')} or ${kinds.at(-1)}` : kinds[0]} arrive.</span>}
    </div>
  )
}
