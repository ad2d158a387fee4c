import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback } from 'react'

/** The one vocabulary of the address bar. Every page reads the same words, so a link may go from any page to any other. */
export interface AppSearch {
  project?: string; env?: string; release?: string; since?: string; until?: string; live?: string
  q?: string; filter?: string[]; severity?: string; level?: string; event?: string; name?: string
  item?: string; tab?: string; view?: string; trace?: string
  user_id?: string; session_id?: string; trace_id?: string; service?: string
  min_ms?: string; aggregate?: string; group_by?: string; op?: string; signals?: string[]; token?: string; to?: string
}
const LISTS = new Set(['filter', 'signals'])
const NAMES = [
  'project', 'env', 'release', 'since', 'until', 'live', 'q', 'filter', 'severity', 'level', 'event', 'name', 'item', 'tab',
  'view', 'trace', 'user_id', 'session_id', 'trace_id', 'service', 'min_ms', 'aggregate', 'group_by', 'op', 'signals', 'token', 'to',
] as const

/** These follow the reader from page to page. */
export const KEPT = ['project', 'env', 'release', 'since', 'until', 'live'] as const

export function parseSearch(text: string): AppSearch {
  const params = new URLSearchParams(text)
  const found: Record<string, string | string[]> = {}
  for (const name of NAMES) {
    if (LISTS.has(name)) { if (params.has(name)) found[name] = params.getAll(name) }
    else { const value = params.get(name); if (value) found[name] = value }
  }
  return found
}

export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(search)) {
    if (Array.isArray(value)) for (const one of value) params.append(name, String(one))
    else if (value !== undefined && value !== null && value !== '') params.set(name, String(value))
  }
  // Colons, slashes and the filter operators stay readable; URLSearchParams escapes more than RFC 3986 asks.
  const text = params.toString().replace(/%3A/g, ':').replace(/%2F/g, '/').replace(/%7E/g, '~').replace(/%2C/g, ',')
  return text ? `?${text}` : ''
}

export function useAppSearch(): AppSearch {
  return useSearch({ strict: false }) as AppSearch
}

/** Change a part of the address. `replace` for what the back button should not walk through, such as a drawer's row. */
export function useSetSearch() {
  const navigate = useNavigate()
  return useCallback(
    (change: Partial<Record<keyof AppSearch, string | string[] | undefined>>, { replace = false } = {}) => {
      void navigate({ to: '.', search: ((before: AppSearch) => ({ ...tidy({ ...before, ...change }), ...removed(change) })) as never, replace, resetScroll: false })
    },
    [navigate],
  )
}

/** What follows the reader must be named to be let go: the router puts back what is only missing. */
function removed(change: Record<string, unknown>): AppSearch {
  return Object.fromEntries(KEPT.filter((name) => name in change && !change[name]).map((name) => [name, undefined]))
}

export function tidy(search: Record<string, unknown>): AppSearch {
  return Object.fromEntries(
    Object.entries(search).filter(([, value]) => value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0)),
  )
}

export function keptOf(search: AppSearch): AppSearch {
  return tidy(Object.fromEntries(KEPT.map((name) => [name, search[name]])))
}
