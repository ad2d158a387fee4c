import type { StackTraceAnswer } from '@/api/types'
import { plural, truncateMiddle } from '@/shared/format/text'
import css from './errors.module.css'

/** Why frames are still minified, a line a file, and what to do. */
export function Reasons({ reasons }: { reasons: StackTraceAnswer['reasons'] }) {
  if (reasons.length === 0) return null
  return (
    <div className={css.reasons} role="note" aria-label="Why frames are minified">
      <h3 className="dim">Why frames are still minified</h3>
      {reasons.map(({ code, file, frames, text, hint }) => (
        <div key={`${code} ${file}`}>
          <div className="row"><b className="ellipsis mono" title={file}>{truncateMiddle(file, 70)}</b><span className="faint">{plural(frames, 'frame')}</span><span className="spread" /><code className="faint">{code}</code></div>
          <p>{text} <span className="dim">{hint}</span></p>
        </div>
      ))}
    </div>
  )
}
