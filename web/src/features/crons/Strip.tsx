import { useNavigate } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useScope } from '@/shared/filters/scope'
import { absoluteRange, timeToMs } from '@/shared/time/range'
import css from './crons.module.css'
import { countWords, piecesOf, total } from './strip'
import type { Bucket } from './types'

/** Runs over the time range; a click leads to the runs of that piece of it. */
export function Strip({ slug, buckets, bucketSeconds, at, tall = false }: { slug: string; buckets: Bucket[]; bucketSeconds: number; at: number; tall?: boolean }) {
  const { range } = useScope()
  const navigate = useNavigate()
  const pieces = useMemo(() => piecesOf(buckets, bucketSeconds, timeToMs(range.since, at), timeToMs(range.until, at)), [buckets, bucketSeconds, range, at])
  const open = (startMs: number) => {
    const { since, until } = absoluteRange(startMs, startMs + bucketSeconds * 1000)
    void navigate({ to: '/crons/$slug', params: { slug }, search: { since, until } as never })
  }
  return (
    <div className={tall ? `${css.strip} ${css.tall}` : css.strip} role="img" aria-label={`Runs: ${countWords(total(buckets))}`}>
      {pieces.map(({ startMs, look, words }) => (
        <i key={startMs} data-look={look} title={words} onClick={look && ((event) => { event.stopPropagation(); open(startMs) })} />
      ))}
    </div>
  )
}
