import { useMutation, useQueryClient } from '@tanstack/react-query'
import { remove, request } from '@/api/client'
import { useGet } from '@/api/hooks'
import type { Connect } from '@/api/types'
import { useMe, useScope } from '@/shared/filters/scope'
import type { MonitorDetail, MonitorForm, Monitors } from './types'

const RECENT_MS = 10_000 // runs begin, end and go missing while somebody looks

export function useMonitors() {
  const { base, range, params } = useScope()
  return useGet<Monitors>(`${base}/crons`, { ...range, environment: params.environment }, { refetchInterval: RECENT_MS })
}
export function useMonitor(slug: string) {
  const { base, range, params } = useScope()
  return useGet<MonitorDetail>(`${base}/crons/${encodeURIComponent(slug)}`, { ...range, environment: params.environment }, { refetchInterval: RECENT_MS })
}
export function useConnect() {
  const { base } = useScope()
  return useGet<Connect>(`${base}/connect`)
}
/** Whether the reader may change monitors; the server asks again. */
export function useMayChange(): boolean {
  const role = useMe()?.user?.role
  return role === 'member' || role === 'admin'
}
/** Say what a monitor expects, all of it; one of a new name is added. */
export function useDecide() {
  const { base } = useScope()
  return useChange(({ slug, form }: { slug: string; form: MonitorForm }) => request<void>('PUT', `${base}/crons/${encodeURIComponent(slug)}`, { body: form }), (path) => path.startsWith(`${base}/crons`))
}
export function useForget() {
  const { base } = useScope()
  // The list alone: what is gone need not be asked for once more.
  return useChange((slug: string) => remove(`${base}/crons/${encodeURIComponent(slug)}`), (path) => path === `${base}/crons`)
}

function useChange<Input>(change: (input: Input) => Promise<void>, stale: (path: string) => boolean) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSuccess: () => client.invalidateQueries({ predicate: ({ queryKey }) => stale(String(queryKey[0])) }),
  })
}
