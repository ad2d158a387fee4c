import { Button } from '@mantine/core'
import { plural } from '@/shared/format/text'
import { useCopied } from './Copy'
import css from './DataTable.module.css'

export function SelectionBar({ rows, onClear }: { rows: unknown[]; onClear: () => void }) {
  const [copied, copy] = useCopied()
  return (
    <div className={css.selection} role="toolbar" aria-label="Selected rows">
      <span>{plural(rows.length, 'row')} selected</span>
      <Button variant="default" size="compact-xs" onClick={() => copy(JSON.stringify(rows, null, 2))}>{copied ? 'Copied' : 'Copy as JSON'}</Button>
      <Button variant="subtle" color="gray" size="compact-xs" onClick={onClear}>Clear</Button>
    </div>
  )
}
