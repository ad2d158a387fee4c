import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Play } from 'lucide-react'
import { useState } from 'react'
import { post } from '@/api/client'
import type { SqlResult } from '@/api/types'
import { useScope } from '@/shared/filters/scope'
import { useAppSearch, useSetSearch } from '@/shared/filters/search'
import { Page } from '@/shared/ui/Page'
import { usePreference } from '@/shared/ui/preference'
import { Empty } from '@/shared/ui/States'
import { TableSkeleton } from '@/shared/ui/TableParts'
import { History } from './History'
import { SqlError } from './SqlError'
import { SqlTable } from './SqlTable'
import { EXAMPLES, FIRST } from './examples'
import css from './sql.module.css'

const REMEMBER = 50

export function SqlPage() {
  const { base } = useScope()
  const { q } = useAppSearch()
  const setSearch = useSetSearch()
  const [history, setHistory] = usePreference<string[]>('sql.history', [])
  const [sql, setSql] = useState(q ?? history[0] ?? FIRST)
  const run = useMutation({ mutationFn: (text: string) => post<SqlResult>(`${base}/sql`, { sql: text }) })
  const start = (text = sql) => {
    if (!text.trim() || run.isPending) return
    setSql(text)
    setHistory([text, ...history.filter((one) => one !== text)].slice(0, REMEMBER))
    setSearch({ q: text }, { replace: true })
    run.mutate(text)
  }
  return (
    <Page title="SQL" aside="one SELECT over this project; the time range above does not apply" actions={<History items={history} onPick={setSql} onClear={() => setHistory([])} />}>
      <div className={css.editor}>
        <textarea className={css.text} aria-label="SQL" spellCheck={false} value={sql} onChange={(event) => setSql(event.currentTarget.value)}
          onKeyDown={(event) => { if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) { event.preventDefault(); start() } }} />
        <div className="row">
          <Button leftSection={<Play size={13} />} loading={run.isPending} onClick={() => start()}>Run</Button>
          <span className="faint">ctrl or cmd + enter</span>
        </div>
      </div>
      {run.isPending ? <TableSkeleton />
        : run.error ? <SqlError error={run.error} />
          : run.data ? <SqlTable result={run.data} />
            : (
              <Empty title="Ask anything of the stored data" action={EXAMPLES.map((example) => <Button key={example.word} variant="default" onClick={() => start(example.sql)}>{example.word}</Button>)}>
                Tables: logs, spans, metric_points, metric_series, events, errors, sessions, check_ins, outcomes, persons. The dialect is ClickHouse.
              </Empty>
              )}
    </Page>
  )
}
