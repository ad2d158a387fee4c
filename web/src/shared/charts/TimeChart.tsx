import { Skeleton } from '@mantine/core'
import { lazy, Suspense } from 'react'

export interface ChartSeries {
  name: string
  color: string
  points: [number, number | null][]
}
export interface TimeChartProps {
  series: ChartSeries[]
  kind: 'bars' | 'lines'
  height: number
  format: (value: number) => string
  /** Exact value for the tooltip, where the axis rounds. */
  onRange?: (fromMs: number, toMs: number) => void
  onBack?: () => void
  from?: number
  to?: number
  label: string
}

const Canvas = lazy(() => import('./TimeChartCanvas'))

/** A time axis. Dragging zooms, double-click goes back, a click on a bar opens its stretch of time. */
export function TimeChart(props: TimeChartProps) {
  return (
    <div style={{ height: props.height, position: 'relative' }} role="img" aria-label={props.label}>
      <Suspense fallback={<Skeleton height={props.height} radius={4} />}><Canvas {...props} /></Suspense>
    </div>
  )
}
