import type { Table } from '@tanstack/react-table'
import { ArrowDown, ArrowUp } from 'lucide-react'
import type { PointerEvent } from 'react'
import type { Column } from './DataTable'
import css from './DataTable.module.css'

/** `all`: whether each row, some or none is selected; null where rows have no boxes. */
export function HeadRow<T>({ columns, table, all, onAll, onResize }: {
  columns: Column<T>[]; table: Table<T>; all: boolean | 'some' | null; onAll: () => void; onResize: (id: string, width: number) => void
}) {
  return (
    <div role="row" className={css.head}>
      {all !== null && (
        <label className={css.check}>
          <input type="checkbox" aria-label="Select all rows" checked={all === true} ref={(box) => { if (box) box.indeterminate = all === 'some' }} onChange={onAll} />
        </label>
      )}
      {columns.map((column) => {
        const sortable = column.sortBy !== undefined
        const direction = table.getState().sorting.find((one) => one.id === column.id)
        const Arrow = direction?.desc ? ArrowDown : ArrowUp
        return (
          <div key={column.id} role="columnheader" className={css.headCell} data-align={column.align}
            aria-sort={direction ? (direction.desc ? 'descending' : 'ascending') : undefined}
            style={{ flex: `${column.grow ? 1 : 0} 0 ${column.width}px` }}>
            {sortable
              ? (
                <button type="button" className={css.sort} onClick={() => table.getColumn(column.id)?.toggleSorting()}>
                  {column.header}{direction && <Arrow size={11} />}
                </button>
                )
              : <span className="ellipsis">{column.header}</span>}
            <span className={css.handle} onPointerDown={(event) => startResize(event, column, onResize)} />
          </div>
        )
      })}
    </div>
  )
}

function startResize<T>(event: PointerEvent<HTMLSpanElement>, column: Column<T>, onResize: (id: string, width: number) => void) {
  event.preventDefault()
  const cell = event.currentTarget.parentElement
  const from = event.clientX
  const width = cell?.offsetWidth ?? column.width
  const move = (moved: globalThis.PointerEvent) => onResize(column.id, Math.max(48, Math.min(1200, width + moved.clientX - from)))
  const stop = () => { window.removeEventListener('pointermove', move); window.removeEventListener('pointerup', stop) }
  window.addEventListener('pointermove', move)
  window.addEventListener('pointerup', stop)
}
