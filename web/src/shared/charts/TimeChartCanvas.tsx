import { useMantineColorScheme } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { chartOption } from './chartOption'
import { DeployFlags } from './DeployFlags'
import { type DeployMarks, markedDeploys, useDeploys } from './deploys'
import { type ECharts, GROUP, init } from './echarts'
import type { TimeChartProps } from './TimeChart'
import css from './TimeChart.module.css'

export default function TimeChartCanvas(props: TimeChartProps) {
  const host = useRef<HTMLDivElement>(null)
  const chart = useRef<ECharts | null>(null)
  const { colorScheme } = useMantineColorScheme()
  const deploys = useDeploys()
  const [marks, setMarks] = useState<DeployMarks[]>([])
  const place = useRef<() => void>(() => undefined)

  useEffect(() => {
    const element = host.current
    if (!element) return
    const made = init(element, null, { renderer: 'canvas' })
    made.group = GROUP
    chart.current = made
    const sizes = new ResizeObserver(() => { made.resize(); place.current() })
    sizes.observe(element)
    return () => { sizes.disconnect(); made.dispose(); chart.current = null }
  }, [])
  useEffect(() => {
    if (host.current) chart.current?.setOption(chartOption(props, host.current), { replaceMerge: ['series'] })
    place.current = () => { if (chart.current && host.current) setMarks(markedDeploys(deploys, xOf(chart.current), host.current.clientWidth)) }
    place.current()
  }, [props, colorScheme, deploys])

  const brush = useBrush(chart, props)
  return (
    <div className={css.chart} {...brush.handlers}>
      <div ref={host} className={css.canvas} />
      {marks.length > 0 && <DeployFlags marks={marks} />}
      {brush.span && <div className={css.brush} style={{ left: brush.span[0], width: brush.span[1] - brush.span[0] }} />}
    </div>
  )
}

const xOf = (chart: ECharts) => (time: number) => Number(chart.convertToPixel({ xAxisIndex: 0 }, time))

/** The browser's own pointer events instead of ECharts' brush component: less code to load, and it works the same on every chart. */
function useBrush(chart: React.RefObject<ECharts | null>, { onRange, onBack, kind, series }: TimeChartProps) {
  const [span, setSpan] = useState<[number, number] | null>(null)
  const start = useRef<number | null>(null)
  const timeAt = (x: number) => Number(chart.current?.convertFromPixel({ xAxisIndex: 0 }, x))
  const at = (event: React.PointerEvent) => event.clientX - event.currentTarget.getBoundingClientRect().left
  if (!onRange) return { span: null, handlers: {} }
  return {
    span,
    handlers: {
      onPointerDown: (event: React.PointerEvent) => { if (event.button === 0) start.current = at(event) },
      onPointerMove: (event: React.PointerEvent) => {
        if (start.current === null) return
        const x = at(event)
        if (Math.abs(x - start.current) > 4) setSpan([Math.min(x, start.current), Math.max(x, start.current)])
      },
      onPointerUp: (event: React.PointerEvent) => {
        const from = start.current
        start.current = null
        setSpan(null)
        if (from === null) return
        const x = at(event)
        if (Math.abs(x - from) > 4) return onRange(timeAt(Math.min(x, from)), timeAt(Math.max(x, from)))
        const bucket = kind === 'bars' && event.detail < 2 ? bucketAt(series, timeAt(x)) : null
        if (bucket) onRange(bucket[0], bucket[1])
      },
      onPointerLeave: () => { start.current = null; setSpan(null) },
      onDoubleClick: () => onBack?.(),
    },
  }
}

function bucketAt(series: TimeChartProps['series'], time: number): [number, number] | null {
  const points = series[0]?.points ?? []
  const step = (points[1]?.[0] ?? 0) - (points[0]?.[0] ?? 0)
  if (step <= 0) return null
  const index = points.findIndex(([start]) => time >= start - step / 2 && time < start + step / 2)
  const start = points[index]?.[0]
  const filled = series.some((one) => (one.points[index]?.[1] ?? 0) > 0)
  return start !== undefined && filled ? [start, start + step] : null
}
