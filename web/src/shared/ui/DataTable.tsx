import { type ColumnDef, getCoreRowModel, getSortedRowModel, type SortingState, useReactTable } from '@tanstack/react-table'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import css from './DataTable.module.css'
import { useKeys } from './keys'
import { usePreference } from './preference'
import { HeadRow } from './TableHead'
import { SelectionBar } from './TableSelection'

export interface Column<T> {
  id: string
  header: string
  width: number
  grow?: boolean
  align?: 'right'
  mono?: boolean
  cell: (row: T) => ReactNode
  /** Makes the column sortable; give it only where the list is loaded fully. */
  sortBy?: ((row: T) => number | string) | undefined
}
interface Props<T> {
  label: string
  columns: Column<T>[]
  rows: T[]
  rowKey: (row: T) => string
  openKey?: string | undefined
  onOpen?: (row: T) => void
  onNearEnd?: () => void
  footer?: ReactNode
  defaultSort?: SortingState
  /** Whoever brings the rows sorts them: what they are sorted by, and what to do when another column is chosen. */
  sort?: SortingState
  onSort?: (sort: SortingState) => void
  rowTone?: (row: T) => string | undefined
  /** Rows arrive on top: a reader who has scrolled away keeps the rows they were reading. */
  keepPlace?: boolean
  /** Keys that do something with the selected rows, or with the row under the cursor when none is. */
  rowKeys?: Record<string, (rows: T[], clear: () => void) => void>
  /** What can be done with selected rows; a box before each row selects it. */
  selection?: (rows: T[], clear: () => void) => ReactNode
}
export const ROW_HEIGHT = { compact: 27, comfortable: 36 }
export type Density = keyof typeof ROW_HEIGHT
export function useDensity() { return usePreference<Density>('density', 'compact') }

export function DataTable<T>(props: Props<T>) {
  const { label, columns, rows, rowKey, openKey, onOpen, onNearEnd, footer, defaultSort = [], sort, onSort, rowTone, keepPlace = false, rowKeys = {}, selection } = props
  const [density] = useDensity()
  const [sorting, setSorting] = useState<SortingState>(defaultSort)
  const [widths, setWidths] = usePreference<Record<string, number>>(`widths.${label}`, {})
  const [cursor, setCursor] = useState<{ id: string; before: string[] } | null>(null)
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const scroller = useRef<HTMLDivElement>(null)

  const keys = useMemo(() => uniqueKeys(rows.map(rowKey)), [rows, rowKey])
  const defs = useMemo<ColumnDef<T>[]>(() => columns.map((column) => ({
    id: column.id,
    accessorFn: column.sortBy ?? (() => 0),
    enableSorting: column.sortBy !== undefined,
    sortDescFirst: column.align === 'right',
  })), [columns])
  const table = useReactTable({
    data: rows, columns: defs, state: { sorting: sort ?? sorting }, manualSorting: sort !== undefined, getRowId: (_, index) => keys[index] ?? String(index),
    onSortingChange: (change) => (onSort && sort ? onSort(typeof change === 'function' ? change(sort) : change) : setSorting(change)),
    getCoreRowModel: getCoreRowModel(), getSortedRowModel: getSortedRowModel(),
  })
  const shown = table.getRowModel().rows
  const virtual = useVirtualizer({
    count: shown.length, getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT[density], overscan: 12, scrollPaddingStart: 30,
  })
  useEffect(() => { virtual.measure() }, [density, virtual])

  // A row that is gone (resolved, say) leaves the cursor on the next one that is still there.
  const at = (id: string) => shown.find((row) => row.id === id)
  const under = cursor === null ? undefined : at(cursor.id) ?? cursor.before.slice(cursor.before.indexOf(cursor.id) + 1).map(at).find(Boolean) ?? shown.at(-1)

  const firstKey = shown[0]?.id
  const firstBefore = useRef(firstKey)
  useLayoutEffect(() => {
    const element = scroller.current
    const pushed = keepPlace && element && element.scrollTop > 0 && firstBefore.current !== firstKey ? shown.findIndex((row) => row.id === firstBefore.current) : 0
    if (element && pushed > 0) element.scrollTop += pushed * ROW_HEIGHT[density]
    firstBefore.current = firstKey
  }, [keepPlace, firstKey, shown, density])

  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useEffect(() => { if (onNearEnd && shown.length > 0 && last >= shown.length - 20) onNearEnd() }, [last, shown.length, onNearEnd])

  const chosen = selected.size > 0 ? shown.filter((row) => selected.has(row.id)).map((row) => row.original) : []
  const move = (id: string) => setCursor({ id, before: shown.map((row) => row.id) })
  const step = (by: number) => {
    const next = Math.max(0, Math.min(shown.length - 1, shown.findIndex((row) => row.id === (openKey ?? under?.id)) + by))
    const row = shown[next]
    if (!row) return
    move(row.id)
    virtual.scrollToIndex(next)
    if (openKey !== undefined) onOpen?.(row.original)
  }
  const open = () => { if (under) onOpen?.(under.original) }
  const clear = () => setSelected(new Set())
  const toggle = (id: string | null) => {
    if (!id) return
    const next = new Set(selected)
    if (!next.delete(id)) next.add(id)
    setSelected(next)
  }
  useKeys({
    j: () => step(1), k: () => step(-1), ArrowDown: () => step(1), ArrowUp: () => step(-1),
    Enter: open, x: () => toggle(openKey ?? under?.id ?? null),
    ...(openKey === undefined && selected.size > 0 ? { Escape: clear } : {}),
    ...Object.fromEntries(Object.entries(rowKeys).map(([key, act]) => [key, () => {
      const rows = chosen.length > 0 ? chosen : under ? [under.original] : []
      if (rows.length > 0) act(rows, clear)
    }])),
  })

  const sized = columns.map((column) => ({ ...column, width: widths[column.id] ?? column.width }))
  const minWidth = sized.reduce((sum, column) => sum + column.width, 0)
  return (
    <div className={css.frame}>
      <div className={css.scroll} ref={scroller} role="table" aria-label={label} aria-rowcount={shown.length} data-scroller>
        <div style={{ minWidth }}>
          <HeadRow columns={sized} table={table} all={selection ? (chosen.length === shown.length ? shown.length > 0 : chosen.length > 0 && 'some') : null}
            onAll={() => setSelected(new Set(chosen.length === shown.length ? [] : shown.map((row) => row.id)))} onResize={(id, width) => setWidths({ ...widths, [id]: width })} />
          <div role="rowgroup" style={{ height: virtual.getTotalSize(), position: 'relative' }}>
            {items.map((item) => {
              const row = shown[item.index]
              if (!row) return null
              const tone = rowTone?.(row.original)
              return (
                <div
                  key={row.id} role="row" className={css.row} aria-rowindex={item.index + 1}
                  data-open={row.id === openKey || undefined} data-cursor={row.id === under?.id || undefined}
                  data-selected={selected.has(row.id) || undefined} data-clickable={onOpen ? true : undefined}
                  style={{ height: item.size, transform: `translateY(${item.start}px)`, ...(tone && { boxShadow: `inset 2px 0 ${tone}` }) }}
                  onClick={(event) => {
                    if ((event.target as HTMLElement).closest('a, button, label, [role=menu]')) return
                    move(row.id)
                    onOpen?.(row.original)
                  }}
                >
                  {selection && (
                    <label className={css.check}><input type="checkbox" aria-label="Select row" checked={selected.has(row.id)} onChange={() => toggle(row.id)} /></label>
                  )}
                  {sized.map((column) => (
                    <div key={column.id} role="cell" className={css.cell} data-align={column.align} data-mono={column.mono || undefined}
                      style={{ flex: `${column.grow ? 1 : 0} 0 ${column.width}px` }}>
                      {column.cell(row.original)}
                    </div>
                  ))}
                </div>
              )
            })}
          </div>
          {footer}
        </div>
      </div>
      {chosen.length > 0 && (selection ? selection(chosen, clear) : <SelectionBar rows={chosen} onClear={clear} />)}
    </div>
  )
}

/** Two records may be alike in everything, their time included; each still needs a row of its own. */
function uniqueKeys(keys: string[]): string[] {
  const seen = new Map<string, number>()
  return keys.map((key) => {
    const times = seen.get(key) ?? 0
    seen.set(key, times + 1)
    return times ? `${key}#${times}` : key
  })
}
