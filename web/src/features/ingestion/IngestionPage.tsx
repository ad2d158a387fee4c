import { Skeleton } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { OutcomeSummary } from '@/api/types'
import { DataTable } from '@/shared/ui/DataTable'
import { Page } from '@/shared/ui/Page'
import { Empty, Loading } from '@/shared/ui/States'
import { DensitySwitch, TableSkeleton } from '@/shared/ui/TableParts'
import { useOpenItem } from '@/shared/ui/useOpenItem'
import { COLUMNS, keyOf } from './columns'
import css from './ingestion.module.css'
import { OutcomeChart } from './OutcomeChart'
import { OutcomeDrawer } from './OutcomeDrawer'
import { useOutcomeSummary } from './queries'
import { Totals } from './Totals'

export function IngestionPage() {
  const summary = useOutcomeSummary()
  return (
    <Page title="Ingestion" aside="what was received, and what became of it, in every environment" actions={<DensitySwitch />}>
      <Loading query={summary} what="Outcomes" skeleton={<IngestionSkeleton />}>{(data) => <Outcomes items={data.items} />}</Loading>
    </Page>
  )
}

function IngestionSkeleton() {
  return (
    <>
      <div className={css.totals}><Skeleton height={16} width={420} my={4} /></div>
      <div className={css.chart}><Skeleton height={100} radius={4} /></div>
      <TableSkeleton />
    </>
  )
}

function Outcomes({ items }: { items: OutcomeSummary[] }) {
  const opened = useOpenItem(items, keyOf)
  if (items.length === 0) {
    return (
      <Empty title="Nothing was received in this time range" action={<Link to="/connect" search={{}} className="link">Connect an application</Link>}>
        Every item counts here, accepted or not. If an SDK is set up and nothing shows, it does not reach this server.
      </Empty>
    )
  }
  return (
    <>
      <Totals items={items} />
      <div className={css.chart}><OutcomeChart /></div>
      <DataTable label="Outcomes" columns={COLUMNS} rows={items} rowKey={keyOf} openKey={opened.key} onOpen={opened.open}
        defaultSort={[{ id: 'outcome', desc: true }]} rowTone={(row) => (row.outcome === 'rejected' ? 'var(--sev-error)' : undefined)} />
      {opened.row && <OutcomeDrawer row={opened.row} onClose={opened.close} onStep={opened.step} />}
    </>
  )
}
