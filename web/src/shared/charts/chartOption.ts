import { dayAndClock } from '@/shared/format/times'
import type { EChartsCoreOption } from './echarts'
import type { TimeChartProps } from './TimeChart'

/** Where the plot lies in its box, px from the sides. */
export const PLOT = { left: 46, right: 12 }

/** Canvas knows no CSS variables: read them where the chart stands, so that a theme change only needs a redraw. */
export function chartOption({ series, kind, format, from, to }: TimeChartProps, host: HTMLElement): EChartsCoreOption {
  const style = getComputedStyle(host)
  const color = (name: string) => (name.startsWith('var(') ? style.getPropertyValue(name.slice(4, -1)).trim() : name)
  const text = { color: color('var(--faint)'), fontSize: 11, fontFamily: 'Inter, sans-serif' }
  return {
    animation: false,
    grid: { ...PLOT, top: 8, bottom: 22 },
    xAxis: {
      type: 'time', min: from, max: to ?? endOf(series), axisLabel: { ...text, hideOverlap: true }, axisTick: { show: false }, splitLine: { show: false },
      axisLine: { lineStyle: { color: color('var(--border)') } },
      axisPointer: { show: true, type: 'line', snap: kind === 'lines', label: { show: false }, lineStyle: { color: color('var(--border-strong)') } },
    },
    yAxis: {
      type: 'value', splitNumber: 3, minInterval: kind === 'bars' ? 1 : 0, axisLabel: { ...text, formatter: format }, splitLine: { lineStyle: { color: color('var(--border)') } },
    },
    tooltip: {
      trigger: 'axis', confine: true, appendTo: 'body', padding: [6, 10], transitionDuration: 0,
      backgroundColor: color('var(--raised)'), borderColor: color('var(--border-strong)'), textStyle: { ...text, color: color('var(--text)'), fontSize: 12 },
      // A DOM node, not an HTML string: series names come from payloads.
      formatter: (points: unknown) => tooltip(points as Point[], format),
    },
    series: series.map((one) => ({
      name: one.name, data: one.points, color: color(one.color),
      ...(kind === 'bars'
        ? { type: 'bar', stack: 'all', barCategoryGap: '18%', barMaxWidth: 26 }
        : { type: 'line', showSymbol: one.points.length < 3, lineStyle: { width: 1.5 }, symbolSize: 4, sampling: 'lttb', connectNulls: false }),
    })),
  }
}

/** Points are where their stretches of time begin: the axis ends where the last one does. */
function endOf(series: TimeChartProps['series']): number | undefined {
  const times = series[0]?.points.map(([time]) => time) ?? []
  const [last, before] = [times.at(-1), times.at(-2)]
  return last === undefined || before === undefined ? undefined : last + (last - before)
}

interface Point { seriesName: string; color: string; value: [number, number | null] }

function tooltip(points: Point[], format: (value: number) => string): HTMLElement {
  const box = document.createElement('div')
  const head = document.createElement('div')
  head.textContent = points[0] ? dayAndClock(points[0].value[0]).replace(/\.\d+$/, '') : ''
  head.style.opacity = '0.7'
  box.append(head)
  const filled = points.filter((point) => point.value[1] !== null && point.value[1] !== 0)
  for (const point of filled.slice(0, 12)) {
    const line = document.createElement('div')
    const dot = document.createElement('span')
    dot.style.cssText = `display:inline-block;width:8px;height:8px;border-radius:2px;margin-right:6px;background:${point.color}`
    const value = document.createElement('b')
    value.textContent = ` ${format(point.value[1] ?? 0)}`
    line.append(dot, point.seriesName.slice(0, 60), value)
    box.append(line)
  }
  if (filled.length > 12) box.append(`and ${filled.length - 12} more`)
  return box
}
