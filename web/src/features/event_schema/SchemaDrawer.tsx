import { Link } from '@tanstack/react-router'
import type { DeclaredVersion, SchemaEvent, SeenEvent } from '@/api/types'
import { keptOf, useAppSearch } from '@/shared/filters/search'
import { Drawer } from '@/shared/ui/Drawer'
import { Section } from '@/shared/ui/Page'
import { Empty, Lines, Loading } from '@/shared/ui/States'
import { Ago, Num } from '@/shared/ui/Values'
import css from './event_schema.module.css'
import { PropertyTable } from './PropertyTable'
import { useSeenEvent } from './queries'
import { VerdictMark } from './VerdictMark'

export function SchemaDrawer({ name, row, onClose, onStep }: {
  name: string; row: SchemaEvent | undefined; onClose: () => void; onStep: (by: 1 | -1) => void
}) {
  if (!row) {
    return (
      <Drawer title={<h2 className="ellipsis">{name}</h2>} onClose={onClose}>
        <Empty title="Neither declared nor seen">No application declares this event, and none came in this time range. Widen the range to see it.</Empty>
      </Drawer>
    )
  }
  return (
    <Drawer onClose={onClose} onStep={onStep} title={<h2 className="ellipsis">{row.name}</h2>}>
      <About row={row} />
      <Seen row={row} />
    </Drawer>
  )
}

function About({ row }: { row: SchemaEvent }) {
  const search = useAppSearch()
  const kept = keptOf(search)
  const [latest] = row.versions
  return (
    <div className="col">
      <VerdictMark row={row} long />
      {latest?.description && <p className={css.description}>{latest.description}</p>}
      <dl className={css.facts}>
        {latest && <><dt>Version</dt><dd className="num">{latest.version}, {latest.status}</dd></>}
        {latest?.replacement && <><dt>Replaced by</dt><dd><Link to="/events/schema" search={{ ...kept, item: latest.replacement }} className="link">{latest.replacement}</Link></dd></>}
        {latest && <><dt>Owner</dt><dd>{latest.owner || <span className="faint">nobody</span>}</dd></>}
        {latest && <><dt>Declared by</dt><dd>{latest.sources.join(', ')}</dd></>}
        {latest && latest.key.length > 0 && <><dt>Counts once for each</dt><dd className="mono">{latest.key.join(', ')}</dd></>}
        <dt>In this range</dt>
        <dd>
          {row.count > 0
            ? <><Link to="/events" search={{ ...kept, event: row.name }} className="link"><Num value={row.count} /> {row.count === 1 ? 'event' : 'events'}</Link> of <Num value={row.users} /> {row.users === 1 ? 'user' : 'users'}{row.last_time && <>, last <Ago time={row.last_time} /></>}</>
            : <span className="faint">none came</span>}
        </dd>
      </dl>
    </div>
  )
}

function Seen({ row }: { row: SchemaEvent }) {
  const seen = useSeenEvent(row.name)
  return (
    <Loading query={seen} what="What was seen" skeleton={<Lines count={8} />}>
      {(data) => (
        <>
          {data.violations.length > 0 && <Violations violations={data.violations} />}
          <Section title="Properties"><PropertyTable declared={row.versions[0]} seen={row.count > 0 ? data.properties : []} /></Section>
          {row.versions.slice(1).map((version) => <Older key={`${version.version} ${version.sources.join()}`} version={version} />)}
        </>
      )}
    </Loading>
  )
}

function Violations({ violations }: { violations: SeenEvent['violations'] }) {
  return (
    <Section title="Violations of the newest events">
      <ul className={css.violations}>
        {violations.map(({ text, count }) => <li key={text}><span>{text}</span><span className="faint"><Num value={count} /></span></li>)}
      </ul>
    </Section>
  )
}

function Older({ version }: { version: DeclaredVersion }) {
  return (
    <details className={css.older}>
      <summary>Version {version.version}, {version.status}, declared by {version.sources.join(', ')}</summary>
      <PropertyTable declared={version} seen={[]} />
    </details>
  )
}
