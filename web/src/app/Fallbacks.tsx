import { Button, Skeleton } from '@mantine/core'
import { Link, useRouter } from '@tanstack/react-router'
import { Empty, ErrorState, Lines } from '@/shared/ui/States'

export function PageSkeleton() {
  return <div style={{ padding: '12px 16px' }}><Skeleton height={20} width={160} mb={24} /><Lines count={10} /></div>
}

/** A page that threw: say so, and let the reader try again without losing the address. */
export function Crash({ error, reset }: { error: unknown; reset: () => void }) {
  const router = useRouter()
  return <ErrorState what="This page" error={error} retry={() => { reset(); void router.invalidate() }} />
}

export function NotFound() {
  return (
    <Empty title="There is no page at this address" action={<Link to="/"><Button variant="default">Go to Home</Button></Link>}>
      The link may be from another version of vedette, or was cut when it was copied.
    </Empty>
  )
}
