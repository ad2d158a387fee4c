import { ActionIcon, Skeleton, Tooltip } from '@mantine/core'
import { Rows2, Rows3 } from 'lucide-react'
import { ROW_HEIGHT, useDensity } from './DataTable'
import css from './DataTable.module.css'

export function DensitySwitch() {
  const [density, setDensity] = useDensity()
  const other = density === 'compact' ? 'comfortable' : 'compact'
  const Icon = density === 'compact' ? Rows3 : Rows2
  return (
    <Tooltip label={`Switch to ${other} rows`}>
      <ActionIcon aria-label={`Switch to ${other} rows`} onClick={() => setDensity(other)}><Icon size={15} /></ActionIcon>
    </Tooltip>
  )
}

/** Rows in their final height, so that nothing moves when the real ones arrive. */
export function TableSkeleton() {
  const [density] = useDensity()
  return (
    <div className={css.skeleton} aria-busy="true" aria-label="Loading rows">
      {Array.from({ length: 24 }, (_, index) => (
        <div key={index} style={{ height: ROW_HEIGHT[density], display: 'flex', gap: 24 }}>
          <Skeleton height={10} width={90} /><Skeleton height={10} width={70} /><Skeleton height={10} width={`${30 + ((index * 17) % 40)}%`} />
        </div>
      ))}
    </div>
  )
}

export function ListEnd({ loading, more, count, noun }: { loading: boolean; more: boolean; count: number; noun: string }) {
  return <div className={css.end}>{loading ? 'Loading older rows…' : more ? 'Scroll for older rows' : `All ${count.toLocaleString('en')} ${noun} in this range`}</div>
}
