import { CircleAlert, TriangleAlert } from 'lucide-react'
import type { DeclaredProperty, DeclaredVersion, SeenProperty } from '@/api/types'
import { Num } from '@/shared/ui/Values'
import css from './event_schema.module.css'
import { PII_WORDS, shapeWords, storedWord } from './judge'

interface Row { name: string; declared: DeclaredProperty | undefined; seen: SeenProperty | undefined }

/** Declared properties with what came of each; then those that came and are not declared. */
export function PropertyTable({ declared, seen }: { declared: DeclaredVersion | undefined; seen: SeenProperty[] }) {
  const own = declared?.properties ?? {}
  const rows: Row[] = [
    ...Object.entries(own).map(([name, property]) => ({ name, declared: property, seen: seen.find((one) => one.name === name) })),
    ...seen.filter((one) => !(one.name in own)).map((one) => ({ name: one.name, declared: undefined, seen: one })),
  ]
  if (rows.length === 0) return <div className="faint">{declared ? 'It has no properties.' : 'No properties came with it.'}</div>
  return (
    <table className={css.properties}>
      <thead><tr><th>Property</th><th>Type</th><th className={css.right}>Seen</th></tr></thead>
      <tbody>{rows.map((row) => <PropertyRow key={row.name} row={row} />)}</tbody>
    </table>
  )
}

function PropertyRow({ row: { name, declared, seen } }: { row: Row }) {
  const notes = [declared?.description, declared && PII_WORDS[declared.pii]].filter(Boolean).join('. ')
  return (
    <tr>
      <td>
        <span className="mono">{name}</span>{declared?.required && <span className="faint" title="Required"> required</span>}
        {notes && <div className="dim">{notes}</div>}
        {seen && !seen.declared && <Flag tone="warn">not declared</Flag>}
        {seen && !seen.fits && <Flag tone="error">came as {seen.types.map(storedWord).join(', ')}</Flag>}
      </td>
      <td>
        <span className={declared ? 'mono' : 'mono faint'}>{declared ? shapeWords(declared) : [...new Set(seen?.types.map(storedWord))].join(' | ')}</span>
        {declared?.unit && <div className="dim">in {declared.unit}</div>}
      </td>
      <td className={css.right}>{seen ? <Num value={seen.count} /> : <span className="faint">–</span>}</td>
    </tr>
  )
}

function Flag({ tone, children }: { tone: 'warn' | 'error'; children: React.ReactNode }) {
  const Icon = tone === 'error' ? CircleAlert : TriangleAlert
  return <div className="row" style={{ gap: 5, color: `var(--sev-${tone})` }}><Icon size={12} aria-hidden style={{ flexShrink: 0 }} /><span>{children}</span></div>
}
