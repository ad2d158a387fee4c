import { useMutation, useQueryClient } from '@tanstack/react-query'
import { put } from '@/api/client'
import { useGet } from '@/api/hooks'
import type { components } from '@/api/schema'
import { useScope } from '@/shared/filters/scope'
import { useAppSearch } from '@/shared/filters/search'

export type Detectors = components['schemas']['Detectors']
export type Settings = Omit<Detectors, 'status' | 'version'>
export type Met = components['schemas']['Met']

/** Of two weeks unless the reader chose a range, as issues are read. */
export function useMet(issue: string) {
  const { base, params } = useScope()
  const { since } = useAppSearch()
  return useGet<Met>(`${base}/issues/${encodeURIComponent(issue)}/met`, { since: since ?? '-14d', until: params.until })
}
export function useDetectors() {
  const { base } = useScope()
  return useGet<Detectors>(`${base}/detectors`, {}, { refetchInterval: 15_000 })
}
export function useSetDetectors() {
  const { base } = useScope()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (settings: Settings) => put<Detectors>(`${base}/detectors`, settings),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: [`${base}/detectors`] }),
  })
}
