// Only what the charts use: the whole of ECharts is over 1 MB.
import { BarChart, LineChart } from 'echarts/charts'
import { AxisPointerComponent, GridComponent, TooltipComponent } from 'echarts/components'
import { connect, init, use as register } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'

register([BarChart, LineChart, GridComponent, TooltipComponent, AxisPointerComponent, CanvasRenderer])
/** One crosshair over all charts of a page. */
export const GROUP = 'vedette'
connect(GROUP)
export { init }
export type { ECharts, EChartsCoreOption } from 'echarts/core'
