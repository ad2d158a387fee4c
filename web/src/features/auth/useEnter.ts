import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { post, setCsrfToken } from '@/api/client'
import type { Me } from '@/api/types'
import { useAppSearch } from '@/shared/filters/search'

/** Log in or set up: both answer as `me`, and both go on to where the reader was heading. */
export function useEnter() {
  const queryClient = useQueryClient()
  const router = useRouter()
  const { to } = useAppSearch()
  return useMutation({
    mutationFn: ({ path, body }: { path: string; body: unknown }) => post<Me>(path, body),
    onSuccess: (me) => {
      setCsrfToken(me.csrf_token)
      queryClient.clear()
      queryClient.setQueryData(['me'], me)
      // Only a path of this app: `to` comes from the address bar, so it must not lead to another site.
      router.history.push(to && /^\/(?![/\\])/.test(to) ? to : '/')
    },
  })
}
