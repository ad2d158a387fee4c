import { Bug, CircleAlert, Info, Skull, TriangleAlert } from 'lucide-react'
import type { Severity } from '@/shared/format/severity'

const ICONS = { fatal: Skull, error: CircleAlert, warn: TriangleAlert, info: Info, debug: Bug }

/** Colour plus icon plus word or title: never colour alone. */
export function SeverityMark({ severity, label }: { severity: Severity; label?: string | boolean }) {
  const Icon = ICONS[severity]
  const text = typeof label === 'string' && label ? label : severity
  const labelled = label !== undefined && label !== false
  return (
    <span className="row" style={{ color: `var(--sev-${severity})`, gap: 5, flexShrink: 0 }} title={text}>
      <Icon size={13} strokeWidth={2.2} {...(labelled ? { 'aria-hidden': true } : { role: 'img', 'aria-label': severity })} />
      {labelled && <span className="ellipsis" style={severity === 'info' ? { color: 'var(--dim)' } : undefined}>{text.toLowerCase()}</span>}
    </span>
  )
}
