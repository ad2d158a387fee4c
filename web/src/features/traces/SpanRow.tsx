import { ChevronDown, ChevronRight, CircleAlert } from 'lucide-react'
import { memo } from 'react'
import { humanDuration } from '@/shared/format/numbers'
import { isFailed } from './columns'
import css from './traces.module.css'
import type { Node } from './tree'
import type { Window } from './Waterfall'

interface Props {
  node: Node; top: number; height: number; shown: Window; color: string; collapsed: boolean; open: boolean; cursor: boolean
  onToggle: (id: string) => void; onOpen: (id: string) => void
}

export const SpanRow = memo(function SpanRow({ node, top, height, shown, color, collapsed, open, cursor, onToggle, onOpen }: Props) {
  const { span } = node
  const scale = 100 / Math.max(1, shown.toUs - shown.fromUs)
  const left = (node.startUs - shown.fromUs) * scale
  const width = Math.max(0.15, (node.endUs - node.startUs) * scale)
  const failed = isFailed(span)
  const Arrow = collapsed ? ChevronRight : ChevronDown
  // The label stands right of the bar, or left of it where the right end is near.
  const after = left + width < 86
  const inside = !after && left < 12
  return (
    <div role="row" aria-level={node.depth + 1} aria-expanded={node.children.length > 0 ? !collapsed : undefined} className={css.span}
      data-open={open || undefined} data-cursor={cursor || undefined} style={{ height, transform: `translateY(${top}px)` }} onClick={() => onOpen(span.span_id)}>
      <div className={css.name} style={{ paddingLeft: 8 + Math.min(node.depth, 24) * 14 }}>
        {node.children.length > 0
          ? (
            <button type="button" className={css.toggle} aria-label={collapsed ? 'Unfold' : 'Fold'} onClick={(event) => { event.stopPropagation(); onToggle(span.span_id) }}>
              <Arrow size={12} />{collapsed && <span className="num">{node.descendants}</span>}
            </button>
            )
          : <span className={css.leaf} />}
        <i style={{ background: color }} />
        <span className="ellipsis" title={span.name}>{span.name}</span>
        <span className="faint ellipsis" style={{ flexShrink: 4 }}>{span.service}</span>
        {failed && <CircleAlert size={12} className="bad" aria-label="Failed" />}
        {!failed && collapsed && node.failedBelow && <CircleAlert size={12} className="bad" aria-label="A span below failed" style={{ opacity: 0.7 }} />}
      </div>
      <div className={css.lane}>
        <div className={css.bar} data-failed={failed || undefined} style={{ left: `${left}%`, width: `${width}%`, background: color }}>
          {span.has_exception && <b className={css.mark} title="An exception was recorded" />}
        </div>
        <span className={css.took} data-inside={inside || undefined} style={inside ? { right: `${Math.max(0, 100 - left - width)}%` } : after ? { left: `${Math.max(0, left + width)}%` } : { right: `${100 - Math.min(100, left)}%` }}>{humanDuration(span.duration_ns)}</span>
      </div>
    </div>
  )
})
