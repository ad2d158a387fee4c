import type { MetricSeries } from '@/api/types'
import { PALETTE } from '@/shared/charts/colors'
import { formatter, labelOf } from './MetricChart'
import css from './metrics.module.css'

/** One line a series: what the chart says, in numbers. */
export function SeriesTable({ metric, aggregate }: { metric: MetricSeries; aggregate: string }) {
  const format = formatter(metric, aggregate)
  return (
    <table className={css.series}>
      <thead><tr><th>Series</th><th>Last</th><th>Mean</th><th>Least</th><th>Most</th></tr></thead>
      <tbody>
        {metric.series.slice(0, 100).map((one, index) => {
          const values = one.points.map(([, value]) => value).filter((value) => value !== null)
          const mean = values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : null
          const least = values.length ? values.reduce((a, b) => Math.min(a, b)) : null
          const most = values.length ? values.reduce((a, b) => Math.max(a, b)) : null
          return (
            <tr key={labelOf(one.labels)}>
              <td><i style={{ background: PALETTE[index % PALETTE.length] }} /><span className="mono">{labelOf(one.labels)}</span></td>
              {[values.at(-1) ?? null, mean, least, most].map((value, column) => <td key={column} className="num" title={String(value)}>{format(value)}</td>)}
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
