import { ApiError } from '@/api/client'

export function FormError({ error }: { error: unknown }) {
  if (!error) return null
  const hint = error instanceof ApiError ? error.hint : null
  return <div role="alert" className="bad">{error instanceof Error ? error.message : String(error)}{hint && <div className="dim">{hint}</div>}</div>
}
