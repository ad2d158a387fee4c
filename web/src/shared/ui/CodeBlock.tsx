import css from './CodeBlock.module.css'
import { CopyButton } from './Copy'

export function CodeBlock({ code, wrap = false, label }: { code: string; wrap?: boolean; label?: string }) {
  return (
    <div className={css.block}>
      <pre className={wrap ? css.wrap : undefined} tabIndex={0} aria-label={label}>{code}</pre>
      <div className={css.copy}><CopyButton text={code} /></div>
    </div>
  )
}
