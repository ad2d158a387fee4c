import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { post, request } from '@/api/client'
import { useGet } from '@/api/hooks'
import type { ErrorDetail } from '@/api/types'
import { useMe, useScope } from '@/shared/filters/scope'

export function useRules<T>(kind: 'grouping' | 'scrubbing') {
  const { base } = useScope()
  const path = `${base}/${kind}-rules`
  return { path, ...useGet<T>(path) }
}

/** Replaces the rules of one kind; the answer is what is in force. */
export function useSave<T>(path: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: object) => request<T>('PUT', path, { body }),
    onSuccess: (saved) => client.setQueryData([path, {}], saved),
  })
}

/** What rules would do, asked for once nobody has typed for a moment; null while there is nothing to ask. */
export function usePreview<T>(path: string, body: object | null) {
  const text = useSettled(body ? JSON.stringify(body) : '')
  return useQuery({
    queryKey: [`${path}/preview`, text],
    queryFn: () => post<T>(`${path}/preview`, JSON.parse(text)),
    enabled: text !== '',
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    retry: false,
  })
}

function useSettled(value: string, milliseconds = 500): string {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), milliseconds)
    return () => clearTimeout(timer)
  }, [value, milliseconds])
  return settled
}

export function useEvent(eventId: string | undefined) {
  const { base } = useScope()
  return useGet<ErrorDetail>(`${base}/errors/${encodeURIComponent(eventId ?? '')}`, {}, { enabled: eventId !== undefined })
}

const RANK = ['viewer', 'member', 'admin']
export function useMay(role: 'member' | 'admin'): boolean {
  return RANK.indexOf(useMe()?.user?.role ?? 'viewer') >= RANK.indexOf(role)
}
