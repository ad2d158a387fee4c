import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Trace } from '@/api/types'
import { useAppSearch, useSetSearch } from '@/shared/filters/search'
import { useKeys } from '@/shared/ui/keys'
import { Minimap } from './Minimap'
import { SpanDrawer } from './SpanDrawer'
import { SpanRow } from './SpanRow'
import { TimeRuler } from './TimeRuler'
import css from './traces.module.css'
import { type Node, visible } from './tree'

const ROW = 25
/** Deeper than this many rows, long traces open with their third level folded. */
const FOLD_ABOVE = 3_000

export interface Window { fromUs: number; toUs: number }

export function Waterfall({ trace, roots, colors }: { trace: Trace; roots: Node[]; colors: Map<string, string> }) {
  const all = useMemo(() => visible(roots, new Set()), [roots])
  const whole = useMemo<Window>(() => ({
    fromUs: all.reduce((least, node) => Math.min(least, node.startUs), Infinity),
    toUs: all.reduce((most, node) => Math.max(most, node.endUs), -Infinity),
  }), [all])
  const { item } = useAppSearch()
  const setSearch = useSetSearch()
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(() => initiallyCollapsed(all, item))
  const [cursor, setCursor] = useState<string | undefined>(item)
  const [window, setWindow] = useState<Window | null>(null)
  const rows = useMemo(() => visible(roots, collapsed), [roots, collapsed])
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroller.current, estimateSize: () => ROW, overscan: 16 })

  const start = useRef(item)
  useEffect(() => {
    const index = rows.findIndex((row) => row.span.span_id === start.current)
    if (start.current && index >= 0) { virtual.scrollToIndex(index, { align: 'center' }); start.current = undefined }
  }, [rows, virtual])

  // Stable, so that a row that stays on screen while scrolling is not drawn again.
  const toggle = useCallback((id: string) => setCollapsed((before) => { const next = new Set(before); if (!next.delete(id)) next.add(id); return next }), [])
  const open = useCallback((id: string | undefined) => setSearch({ item: id }, { replace: true }), [setSearch])
  const point = useCallback((id: string) => { setCursor(id); open(id) }, [open])
  const at = rows.findIndex((row) => row.span.span_id === (item ?? cursor))
  const step = (by: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, at + by))]
    if (!row) return
    setCursor(row.span.span_id)
    virtual.scrollToIndex(rows.indexOf(row))
    if (item !== undefined) open(row.span.span_id)
  }
  const fold = (shut: boolean) => {
    const row = rows[at]
    if (row && row.children.length > 0 && collapsed.has(row.span.span_id) !== shut) toggle(row.span.span_id)
  }
  useKeys({
    j: () => step(1), k: () => step(-1), ArrowDown: () => step(1), ArrowUp: () => step(-1),
    ArrowLeft: () => fold(true), ArrowRight: () => fold(false), h: () => fold(true), l: () => fold(false),
    Enter: () => { const row = rows[at]; if (row) open(row.span.span_id) },
  })

  const shown = window ?? whole
  const opened = item === undefined ? undefined : all.find((node) => node.span.span_id === item)
  return (
    <>
      <Minimap nodes={all} colors={colors} whole={whole} window={window} onWindow={setWindow} />
      <TimeRuler whole={whole} shown={shown} colors={colors} foldable={trace.rows.length > roots.length}
        onFoldAll={() => setCollapsed(new Set(all.filter((node) => node.children.length > 0 && node.depth > 0).map((node) => node.span.span_id)))} onUnfoldAll={() => setCollapsed(new Set())} />
      <div className={css.rows} ref={scroller} role="treegrid" aria-label="Spans" aria-rowcount={rows.length} data-scroller>
        <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
          {virtual.getVirtualItems().map((entry) => {
            const node = rows[entry.index]
            return node && (
              <SpanRow key={node.span.span_id} node={node} top={entry.start} height={ROW} shown={shown} color={colors.get(node.span.service ?? '') ?? 'var(--accent)'}
                collapsed={collapsed.has(node.span.span_id)} open={node.span.span_id === item} cursor={node.span.span_id === cursor}
                onToggle={toggle} onOpen={point} />
            )
          })}
        </div>
      </div>
      {opened && <SpanDrawer key={opened.span.span_id} node={opened} trace={trace} onClose={() => open(undefined)} onStep={step} />}
    </>
  )
}

function initiallyCollapsed(all: Node[], item: string | undefined): ReadonlySet<string> {
  if (all.length <= FOLD_ABOVE || item) return new Set()
  const children = all.filter((node) => node.depth === 1).length
  return children > FOLD_ABOVE ? new Set() : new Set(all.filter((node) => node.depth === 2 && node.children.length > 0).map((node) => node.span.span_id))
}
