import { useGet } from '@/api/hooks'
import type { DeployMark, Items } from '@/api/types'
import { toMs } from '@/shared/format/times'
import { useScope } from '@/shared/filters/scope'
import { PLOT } from './chartOption'

/** Deploys that lie on one another at this width, the newest first. */
export interface DeployMarks { x: number; deploys: DeployMark[] }

const APART = 14 // px: a flag's width
const NONE: DeployMark[] = []

/** Of the range and environment that the top bar says. Every chart of a page shares one answer. */
export function useDeploys(): DeployMark[] {
  const { base, range, params, refetchInterval } = useScope()
  return useGet<Items<DeployMark>>(`${base}/deploys`, { ...range, environment: params['environment'] }, { refetchInterval }).data?.items ?? NONE
}

/** Where a chart of this width marks deploys; `xOf` says where a time (ms) lies on it. */
export function markedDeploys(deploys: DeployMark[], xOf: (time: number) => number, width: number): DeployMarks[] {
  const placed = deploys.map((deploy) => ({ deploy, x: xOf(toMs(deploy.finished_at)) })).filter(({ x }) => x >= PLOT.left && x <= width - PLOT.right)
  const marks: DeployMarks[] = []
  for (const { deploy, x } of placed.sort((a, b) => b.x - a.x)) {
    const last = marks.at(-1)
    if (last && last.x - x < APART) last.deploys.push(deploy)
    else marks.push({ x, deploys: [deploy] })
  }
  return marks
}
