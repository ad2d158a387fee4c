import { ApiError } from '@/api/client'

export function Problem({ error }: { error: unknown }) {
  if (!error) return null
  return <div role="alert" className="bad">{error instanceof Error ? error.message : String(error)}{error instanceof ApiError && error.hint && <span className="dim"> {error.hint}</span>}</div>
}
