import { ApiError } from '@/api/client'
import css from './sql.module.css'

/** The server's own words: they name the place in the query. */
export function SqlError({ error }: { error: unknown }) {
  return (
    <div className={css.error} role="alert">
      <pre>{error instanceof Error ? error.message : String(error)}</pre>
      {error instanceof ApiError && error.hint && <p className="dim">{error.hint}</p>}
    </div>
  )
}
