import { Button } from '@mantine/core'
import { useMemo } from 'react'
import type { SqlResult } from '@/api/types'
import { asText, plural, toCsv } from '@/shared/format/text'
import { useCopied } from '@/shared/ui/Copy'
import { type Column, DataTable } from '@/shared/ui/DataTable'
import { DensitySwitch } from '@/shared/ui/TableParts'
import css from './sql.module.css'

interface Row { key: string; values: unknown[] }

export function SqlTable({ result }: { result: SqlResult }) {
  const [copied, copy] = useCopied()
  const rows = useMemo(() => result.rows.map((values, index): Row => ({ key: String(index), values })), [result])
  const columns = useMemo(() => result.columns.map((name, index): Column<Row> => {
    const numeric = /Int|Float|Decimal/.test(result.types[index] ?? '') && !/Array|Map|Tuple/.test(result.types[index] ?? '')
    const width = Math.max(90, Math.min(420, 9 * Math.max(name.length + 3, ...result.rows.slice(0, 50).map((row) => asText(row[index]).length))))
    return {
      id: `${index} ${name}`, header: name, width, grow: !numeric && index === result.columns.length - 1, mono: true, ...(numeric && { align: 'right' as const }),
      sortBy: (row) => { const value = row.values[index]; return typeof value === 'number' ? value : asText(value) },
      cell: (row) => { const text = asText(row.values[index]); return <span className="ellipsis" title={text}>{text}</span> },
    }
  }), [result])
  return (
    <>
      <div className={css.summary}>
        <span className="num">{plural(rows.length, 'row')} in {Math.round(result.elapsed_ms)} ms</span>
        {result.truncated && <span style={{ color: 'var(--sev-warn)' }}>Partial: the result was cut at the row limit</span>}
        <span className="spread" />
        <Button variant="default" size="compact-xs" onClick={() => copy(toCsv(result.columns, result.rows))}>{copied ? 'Copied' : 'Copy as CSV'}</Button>
        <DensitySwitch />
      </div>
      {rows.length > 0 ? <DataTable key={result.columns.join()} label="Result" columns={columns} rows={rows} rowKey={(row) => row.key} /> : <div className={css.none}>The query ran and found no rows.</div>}
    </>
  )
}
