import { ActionIcon, Tooltip } from '@mantine/core'
import { ChevronDown, ChevronUp, Link2, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useCopied } from './Copy'
import css from './Drawer.module.css'
import { useKeys } from './keys'

/** Opens beside the list, not instead of it. Esc closes; the arrows walk the list behind. */
export function Drawer({ title, children, onClose, onStep }: {
  title: ReactNode; children: ReactNode; onClose: () => void; onStep?: (by: 1 | -1) => void
}) {
  const [copied, copy] = useCopied()
  useKeys({ Escape: onClose })
  return (
    <aside className={css.drawer} aria-label="Details">
      <header className={css.head}>
        <div className="spread ellipsis">{title}</div>
        {onStep && (
          <>
            <Tooltip label="Previous (k)"><ActionIcon aria-label="Previous row" onClick={() => onStep(-1)}><ChevronUp size={15} /></ActionIcon></Tooltip>
            <Tooltip label="Next (j)"><ActionIcon aria-label="Next row" onClick={() => onStep(1)}><ChevronDown size={15} /></ActionIcon></Tooltip>
          </>
        )}
        <Tooltip label={copied ? 'Copied' : 'Copy link'}>
          <ActionIcon aria-label="Copy link" onClick={() => copy(window.location.href)}><Link2 size={15} /></ActionIcon>
        </Tooltip>
        <Tooltip label="Close (esc)"><ActionIcon aria-label="Close" onClick={onClose}><X size={15} /></ActionIcon></Tooltip>
      </header>
      <div className={css.body}>{children}</div>
    </aside>
  )
}
