import { SegmentedControl } from '@mantine/core'
import { addFilter } from '@/shared/filters/filter'
import { useAppSearch, useSetSearch } from '@/shared/filters/search'
import { exactNumber } from '@/shared/format/numbers'
import { type Column, DataTable, ROW_HEIGHT, useDensity } from '@/shared/ui/DataTable'
import { Section } from '@/shared/ui/Page'
import { Loading } from '@/shared/ui/States'
import { TableSkeleton } from '@/shared/ui/TableParts'
import { Num } from '@/shared/ui/Values'
import { BREAKDOWNS, type By, useBreakdown } from './queries'
import type { Metric, Source, VitalsOf } from './types'
import { METRICS, RATING_WORDS, scoreRating, scoreText, vitalText } from './vitals'
import css from './web_vitals.module.css'

/** A table's head, and room for a scroll bar below. */
export const HEAD = 44
const keyOf = (row: VitalsOf) => row.value
const UNKNOWN: Record<By, string> = {
  page: 'page not told', browser: 'browser not told', device: 'device not told', os: 'system not told', country: 'country not told', release: 'release not told',
}
const COLUMNS = new Map(BREAKDOWNS.map(({ value, label }) => [value, columns(value, label)]))

/** Each vital of every page, browser and so on. A row narrows all of the page to it. */
export function Breakdown({ by, source, metric }: { by: By; source: Source; metric: Metric }) {
  const setSearch = useSetSearch()
  const { filter = [] } = useAppSearch()
  const breakdown = useBreakdown(by, source)
  const [density] = useDensity()
  const narrow = (row: VitalsOf) => setSearch({ filter: addFilter(filter, `${by}=${row.value}`) })
  const tabs = (
    <SegmentedControl size="xs" transitionDuration={0} aria-label="By" value={by} data={[...BREAKDOWNS]}
      onChange={(value) => setSearch({ tab: value === 'page' ? undefined : value }, { replace: true })} />
  )
  return (
    <Section title="Where" actions={tabs}>
      <Loading query={breakdown} what="The breakdown" skeleton={<div className={css.table} style={{ height: 260 }}><TableSkeleton /></div>}>
        {({ items, total }) => (
          <>
            <div className={css.table} style={{ height: Math.min(420, HEAD + items.length * ROW_HEIGHT[density]) }}>
              <DataTable key={by} label={`Web vitals by ${by}`} columns={COLUMNS.get(by) ?? []} rows={items} rowKey={keyOf} onOpen={narrow}
                defaultSort={[{ id: 'opportunity', desc: true }]} rowTone={(row) => tone(row, metric)} />
            </div>
            {total > items.length && <span className="faint">{`The ${exactNumber(items.length)} with most loads of ${exactNumber(total)}.`}</span>}
          </>
        )}
      </Loading>
    </Section>
  )
}

/** A mark at the row's edge where the chosen vital is poor. */
function tone(row: VitalsOf, metric: Metric): string | undefined {
  return row.vitals.find((vital) => vital.metric === metric)?.rating === 'poor' ? 'var(--bar-error)' : undefined
}

function columns(by: By, label: string): Column<VitalsOf>[] {
  return [
    {
      id: 'value', header: label, width: 220, grow: true, sortBy: (row) => row.value,
      cell: (row) => row.value ? <b className="ellipsis" style={{ fontWeight: 550 }} title={row.value}>{row.value}</b> : <span className="faint">{UNKNOWN[by]}</span>,
    },
    { id: 'loads', header: 'Loads', width: 76, align: 'right', sortBy: (row) => row.loads, cell: (row) => <Num value={Math.round(row.loads)} unit="page loads" /> },
    ...METRICS.map((metric): Column<VitalsOf> => ({
      id: metric, header: metric.toUpperCase(), width: 84, align: 'right',
      sortBy: (row) => row.vitals.find((vital) => vital.metric === metric)?.p75 ?? -1,
      cell: (row) => <Cell row={row} metric={metric} />,
    })),
    { id: 'score', header: 'Score', width: 70, align: 'right', sortBy: (row) => row.score ?? -1, cell: (row) => <Score score={row.score} /> },
    {
      id: 'opportunity', header: 'Opportunity', width: 104, align: 'right', sortBy: (row) => row.opportunity,
      cell: (row) => <span className="num" title={`the score of all would gain ${exactNumber(row.opportunity)} points if this had 100`}>{row.opportunity >= 0.05 ? row.opportunity.toFixed(1) : <span className="faint">0</span>}</span>,
    },
  ]
}

function Cell({ row, metric }: { row: VitalsOf; metric: Metric }) {
  const vital = row.vitals.find((one) => one.metric === metric)
  if (!vital) return <span className="faint">–</span>
  return <span className={css.rated} data-rating={vital.rating} title={`${RATING_WORDS[vital.rating]}: 75th percentile of ${exactNumber(vital.count)} measurements`}>{vitalText(metric, vital.p75)}</span>
}

function Score({ score }: { score: number | null }) {
  if (score === null) return <span className="faint">–</span>
  return <b className={css.rated} data-rating={scoreRating(score)} title={`${exactNumber(score)} of 100`}>{scoreText(score)}</b>
}
