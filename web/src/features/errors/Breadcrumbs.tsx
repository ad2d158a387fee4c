import { useMemo } from 'react'
import { severityOfLevel } from '@/shared/format/severity'
import { asText } from '@/shared/format/text'
import { Section } from '@/shared/ui/Page'
import { SeverityMark } from '@/shared/ui/SeverityMark'
import { Clock } from '@/shared/ui/Values'
import css from './errors.module.css'
import { breadcrumbsOf } from './payload'

/** What happened just before, oldest first, as the SDK recorded it. */
export function Breadcrumbs({ payload }: { payload: Record<string, unknown> }) {
  const crumbs = useMemo(() => breadcrumbsOf(payload), [payload])
  if (crumbs.length === 0) return null
  return (
    <Section title={`Breadcrumbs (${crumbs.length})`}>
      <div className={css.crumbs}>
        {crumbs.map((crumb, index) => (
          <div key={index}>
            <SeverityMark severity={severityOfLevel(crumb.level)} />
            <span className="faint num">{crumb.time ? <Clock time={crumb.time} /> : '–'}</span>
            <span className="dim ellipsis" title={crumb.category}>{crumb.category || crumb.type}</span>
            <span className={css.crumb}>{crumb.message}{crumb.data && <span className="faint"> {Object.entries(crumb.data).map(([name, value]) => `${name}=${asText(value)}`).join(' ')}</span>}</span>
          </div>
        ))}
      </div>
    </Section>
  )
}
