import { Button, Modal } from '@mantine/core'
import { useState } from 'react'
import { remove } from '@/api/client'
import { useGet } from '@/api/hooks'
import type { Items } from '@/api/types'
import { useScope } from '@/shared/filters/scope'
import { Ago } from '@/shared/ui/Values'
import { useIssueCall } from './queries'
import type { DiscardedIssue } from './types'

/** Issues whose events are refused; there only where there are any. */
export function Discarded() {
  const { base } = useScope()
  const items = useGet<Items<DiscardedIssue>>(`${base}/issue-discards`).data?.items ?? []
  const stop = useIssueCall((at: string, id: string) => remove(`${at}/issue-discards/${encodeURIComponent(id)}`))
  const [opened, setOpened] = useState(false)
  if (items.length === 0) return null
  return (
    <>
      <Button size="compact-xs" variant="subtle" color="gray" onClick={() => setOpened(true)}>{items.length} discarded</Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title={<b>Discarded issues</b>} size={520}>
        <div className="col" style={{ gap: 10 }}>
          <div className="dim">Their events are refused and counted under Ingestion as filtered.</div>
          {items.map((one) => (
            <div key={one.id} className="row">
              <span className="ellipsis spread" title={`${one.title}\n${one.id}`}>{one.title || one.id}</span>
              {one.discarded_at && <span className="faint"><Ago time={one.discarded_at} /></span>}
              <Button size="compact-xs" variant="default" onClick={() => stop.mutate(one.id)}>Take again</Button>
            </div>
          ))}
          {stop.error && <div role="alert" className="bad">{stop.error.message}</div>}
        </div>
      </Modal>
    </>
  )
}
