import { useMutation, useQueryClient } from '@tanstack/react-query'

/** A change to what `path` lists: on success the list is asked for again. */
export function useChange<Input, Output>(path: string, change: (input: Input) => Promise<Output>) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: change,
    onSuccess: async () => { await queryClient.invalidateQueries({ queryKey: [path] }); await queryClient.invalidateQueries({ queryKey: ['me'] }) },
  })
}
