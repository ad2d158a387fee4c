import { useGet } from '@/api/hooks'
import type { Connect, Items } from '@/api/types'
import { useScope } from '@/shared/filters/scope'
import { useAppSearch } from '@/shared/filters/search'
import type { Metric, Source, VitalExample, VitalsBreakdown, WebVitals } from './types'
import { METRICS, SOURCE_WORDS } from './vitals'

export const BREAKDOWNS = [
  { value: 'page', label: 'Pages' }, { value: 'browser', label: 'Browsers' }, { value: 'device', label: 'Devices' },
  { value: 'os', label: 'Systems' }, { value: 'country', label: 'Countries' }, { value: 'release', label: 'Releases' },
] as const
export type By = (typeof BREAKDOWNS)[number]['value']

/** What the address says: `name` is the vital, `tab` what the table is by, `view` whose reports. */
export function useChoice(): { metric: Metric; by: By; source: Source | undefined } {
  const { name, tab, view } = useAppSearch()
  return {
    metric: METRICS.find((one) => one === name) ?? 'lcp',
    by: BREAKDOWNS.find((one) => one.value === tab)?.value ?? 'page',
    source: view && view in SOURCE_WORDS ? (view as Source) : undefined,
  }
}

function useParams() {
  const { base, params, refetchInterval } = useScope()
  const { filter, q, service, user_id, session_id, trace_id } = useAppSearch()
  return { base, params: { ...params, filter, q, service, user_id, session_id, trace_id }, refetchInterval }
}

export function useWebVitals(source: Source | undefined) {
  const { base, params, refetchInterval } = useParams()
  return useGet<WebVitals>(`${base}/web-vitals`, { ...params, source }, { refetchInterval })
}

/** Both ask for the source that is shown: by their own filters another one might have sent most. */
export function useBreakdown(by: By, source: Source) {
  const { base, params, refetchInterval } = useParams()
  return useGet<VitalsBreakdown>(`${base}/web-vitals/breakdown`, { ...params, by, source, limit: 1000 }, { refetchInterval })
}
export function useExamples(metric: Metric, source: Source) {
  const { base, params, refetchInterval } = useParams()
  return useGet<Items<VitalExample>>(`${base}/web-vitals/examples`, { ...params, metric, source, limit: 50 }, { refetchInterval })
}

export function useKeys() {
  const { base } = useScope()
  return useGet<Connect>(`${base}/connect`)
}
