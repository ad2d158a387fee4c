import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { get, type Query, setCsrfToken } from '@/api/client'
import type { Me, Project } from '@/api/types'
import { DEFAULT_RANGE, isRelative, type Range } from '@/shared/time/range'
import { useAppSearch } from './search'

/** The answer that boot.js asked for before the app had loaded; good for one reading. */
function early(): Promise<Response> | undefined {
  const asked = window.vedetteMe
  delete window.vedetteMe
  return asked
}
declare global {
  interface Window { vedetteMe?: Promise<Response> | undefined }
}

export const meQuery = {
  queryKey: ['me'],
  queryFn: async () => {
    const me = await get<Me>('/auth/me', undefined, undefined, early())
    setCsrfToken(me.csrf_token)
    return me
  },
  staleTime: 60_000,
}
export function useMe(): Me | undefined { return useQuery(meQuery).data }

export interface Scope {
  projectId: number
  project: Project | undefined
  range: Range
  /** Every list and chart sends these: the top bar's filters. */
  params: Query
  /** Set while the live toggle is on: lists and charts ask again this often. */
  refetchInterval: number | false
  base: string
}
export const LIVE_EVERY_MS = 5_000

/** What the top bar says: project, environment, release and time range. */
export function useScope(): Scope {
  const search = useAppSearch()
  const me = useMe()
  const { project: wanted, env, release, since, until, live } = search
  return useMemo(() => {
    const projects = me?.projects ?? []
    const project = projects.find((one) => String(one.id) === wanted) ?? projects[0]
    const projectId = project?.id ?? Number(wanted ?? 1)
    const range = { since: since ?? DEFAULT_RANGE.since, until: until ?? DEFAULT_RANGE.until }
    return {
      projectId, project, range, base: `/projects/${projectId}`,
      params: { ...range, environment: env, release },
      refetchInterval: live && isRelative(range) ? LIVE_EVERY_MS : false,
    }
  }, [me, wanted, env, release, since, until, live])
}
