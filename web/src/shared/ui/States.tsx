import { Button, Skeleton } from '@mantine/core'
import { RotateCw } from 'lucide-react'
import type { ReactNode } from 'react'
import { ApiError } from '@/api/client'
import css from './States.module.css'

/** Why it is empty, and what to do next. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className={css.state} role="status">
      <h2>{title}</h2>
      {children && <p className="dim">{children}</p>}
      {action && <div className="row wrap" style={{ justifyContent: 'center' }}>{action}</div>}
    </div>
  )
}

/** What failed, for which request, with retry and details. */
export function ErrorState({ error, what, retry }: { error: unknown; what: string; retry?: () => void }) {
  const api = error instanceof ApiError ? error : null
  return (
    <div className={css.state} role="alert">
      <h2>{what} could not be loaded</h2>
      <p className="dim">{error instanceof Error ? error.message : String(error)}</p>
      {api?.hint && <p className="dim">{api.hint}</p>}
      {retry && <Button variant="default" leftSection={<RotateCw size={13} />} onClick={retry}>Try again</Button>}
      {api && (
        <details className={css.details}>
          <summary>Details</summary>
          <pre>{`${api.request}\n${api.status || 'no answer'} ${api.code}`}</pre>
        </details>
      )}
    </div>
  )
}

export function Lines({ count = 6, height = 14, gap = 14 }: { count?: number; height?: number; gap?: number }) {
  return (
    <div aria-busy="true" aria-label="Loading" style={{ display: 'grid', gap }}>
      {Array.from({ length: count }, (_, index) => (
        <Skeleton key={index} height={height} width={`${92 - ((index * 37) % 45)}%`} />
      ))}
    </div>
  )
}

interface Loaded<T> { data: T | undefined; error: unknown; refetch: () => unknown }

/** The three states of one request. Stale data stays while fresh data loads. */
export function Loading<T>({ query, what, skeleton, children }: {
  query: Loaded<T>; what: string; skeleton?: ReactNode; children: (data: T) => ReactNode
}) {
  if (query.data !== undefined) return children(query.data)
  if (query.error) return <ErrorState error={query.error} what={what} retry={() => void query.refetch()} />
  return skeleton ?? <div className="pad"><Lines /></div>
}
