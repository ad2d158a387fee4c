import { Link } from '@tanstack/react-router'
import { Rocket } from 'lucide-react'
import { plural } from '@/shared/format/text'
import { dayAndClock } from '@/shared/format/times'
import type { DeployMarks } from './deploys'
import css from './TimeChart.module.css'

const MOST_TOLD = 8

/** A line where something was deployed, with a flag that says what and leads to its release. */
export function DeployFlags({ marks }: { marks: DeployMarks[] }) {
  return (
    <div className={css.deploys} role="group" aria-label="Deploys">
      {marks.map(({ x, deploys }) => {
        const [newest] = deploys
        if (!newest) return null
        const told = toldOf(deploys)
        return (
          <div key={x} className={css.deploy} style={{ left: x }}>
            <Link to="/releases/$version" params={{ version: newest.release }} search={{}} preload={false} title={told} aria-label={`Deployed: ${told}`} onPointerDown={(event) => event.stopPropagation()}>
              <Rocket size={9} strokeWidth={2.4} aria-hidden />
            </Link>
          </div>
        )
      })}
    </div>
  )
}

function toldOf(deploys: DeployMarks['deploys']): string {
  const told = deploys.slice(0, MOST_TOLD).map(({ release, environment, name, finished_at }) => `${release} to ${environment}${name && ` (${name})`}, ${dayAndClock(finished_at).replace(/\.\d+$/, '')}`)
  return [...told, ...(deploys.length > MOST_TOLD ? [`and ${plural(deploys.length - MOST_TOLD, 'deploy')} more`] : [])].join('\n')
}
