import { humanDuration } from '@/shared/format/numbers'
import css from './traces.module.css'
import type { Window } from './Waterfall'

export function TimeRuler({ whole, shown, colors, foldable, onFoldAll, onUnfoldAll }: {
  whole: Window; shown: Window; colors: Map<string, string>; foldable: boolean; onFoldAll: () => void; onUnfoldAll: () => void
}) {
  const offset = shown.fromUs - whole.fromUs
  const length = shown.toUs - shown.fromUs
  return (
    <div className={css.ruler}>
      <div className={css.legend}>
        {[...colors].slice(0, 8).map(([service, color]) => <span key={service} className="row" style={{ gap: 5 }}><i style={{ background: color }} /><span className="ellipsis">{service}</span></span>)}
        <span className="spread" />
        {foldable && <><button type="button" className="link" onClick={onFoldAll}>Fold</button><button type="button" className="link" onClick={onUnfoldAll}>Unfold</button></>}
      </div>
      <div className={css.ticks}>
        {[0, 0.25, 0.5, 0.75].map((part) => <span key={part} className="num" style={{ left: `${part * 100}%` }}>{humanDuration((offset + length * part) * 1_000)}</span>)}
      </div>
    </div>
  )
}
