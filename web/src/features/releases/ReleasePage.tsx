import { Skeleton } from '@mantine/core'
import { Link, useParams } from '@tanstack/react-router'
import { ChevronLeft } from 'lucide-react'
import { type ReactNode, useMemo } from 'react'
import type { ReleaseDetail } from '@/api/types'
import { TimeChart } from '@/shared/charts/TimeChart'
import { humanNumber } from '@/shared/format/numbers'
import { plural } from '@/shared/format/text'
import { toMs } from '@/shared/format/times'
import { useZoom } from '@/shared/time/zoom'
import { CommitLine } from '@/shared/ui/CommitLine'
import { IdChip } from '@/shared/ui/IdChip'
import { Page, Section } from '@/shared/ui/Page'
import { Loading } from '@/shared/ui/States'
import { Ago, Clock, Num } from '@/shared/ui/Values'
import { Share, shareText } from './Health'
import { useRelease } from './queries'
import css from './releases.module.css'

export function ReleasePage() {
  const { version = '' } = useParams({ strict: false })
  const release = useRelease(version)
  return (
    <Page scroll title={version} actions={<IdChip kind="release" value={version} label="Follow this release" />}>
      <Link to="/releases" search={{}} className="link row" style={{ gap: 3, marginBottom: 10 }}><ChevronLeft size={14} />Releases</Link>
      <Loading query={release} what="This release" skeleton={<Skeleton height={360} radius={8} />}>{(data) => <Detail release={data} />}</Loading>
    </Page>
  )
}

function Detail({ release }: { release: ReleaseDetail }) {
  return (
    <div className={css.page}>
      <div className={css.story}>
        <Numbers release={release} />
        <Timeline release={release} />
        <Issues release={release} />
        <Section title="Commits">
          {release.commits.length === 0 && <span className="faint">None was told: sentry-cli releases set-commits VERSION --auto</span>}
          {release.commits.map((commit) => <CommitLine key={commit.sha} commit={commit} />)}
        </Section>
      </div>
      <aside className={css.side} aria-label="Facts">
        <Section title="Deploys">
          {release.deploys.length === 0 && <span className="faint">None was told: sentry-cli deploys new --release VERSION -e production</span>}
          {release.deploys.map((deploy) => (
            <div key={`${deploy.environment} ${deploy.finished_at}`} className="row"><span className={css.badge}>{deploy.environment}</span><span className="ellipsis">{deploy.name}</span><span className="spread" /><span className="dim"><Ago time={deploy.finished_at} /></span></div>
          ))}
        </Section>
        <Section title="Times">
          <Fact word="Seen first" time={release.first_time} />
          <Fact word="Seen last" time={release.last_time} />
          <Fact word="Created" time={release.created_at} />
          <Fact word="Finalized" time={release.released_at} />
        </Section>
      </aside>
    </div>
  )
}

function Fact({ word, time }: { word: string; time: string | null }) {
  return <div className="row"><span className="dim">{word}</span><span className="spread" />{time ? <Clock time={time} /> : <span className="faint">–</span>}</div>
}

function Numbers({ release }: { release: ReleaseDetail }) {
  return (
    <div className={css.numbers}>
      <Number word="Crash-free sessions" note={plural(release.crashed, 'crashed session')}><Share value={release.crash_free_sessions} of="sessions" /></Number>
      <Number word="Crash-free users" note={plural(release.crashed_users, 'user') + ' with a crash'}><Share value={release.crash_free_users} of="known users" /></Number>
      <Number word="Adoption" note={`${humanNumber(release.sessions)} sessions`}>{release.adoption === null ? '–' : shareText(release.adoption)}</Number>
      <Number word="Errors" note={`for ${plural(release.error_users, 'user')}`}><Num value={release.errors} /></Number>
      <Number word="New" note="errors seen here first"><Num value={release.new_issues} /></Number>
      <Number word="Regressed" note="were resolved before"><Num value={release.regressed_issues} /></Number>
    </div>
  )
}

function Number({ word, note, children }: { word: string; note: string; children: ReactNode }) {
  return <div className={css.number} role="group" aria-label={word}><span className="dim">{word}</span><b>{children}</b><span className="faint ellipsis">{note}</span></div>
}

function Timeline({ release }: { release: ReleaseDetail }) {
  const { zoom, back } = useZoom()
  const series = useMemo(() => [
    { name: 'sessions that went well', color: 'var(--bar-ok)', points: release.buckets.map(({ time, sessions, crashed }): [number, number] => [toMs(time), sessions - crashed]) },
    { name: 'crashed sessions', color: 'var(--bar-error)', points: release.buckets.map(({ time, crashed }): [number, number] => [toMs(time), crashed]) },
    { name: 'errors', color: 'var(--bar-warn)', points: release.buckets.map(({ time, errors }): [number, number] => [toMs(time), errors]) },
  ].filter(({ points }) => points.some(([, value]) => value > 0)), [release])
  if (series.length === 0) return null
  return <Section title="Over time"><TimeChart label="Sessions and errors over time" kind="bars" height={150} series={series} format={humanNumber} onRange={zoom} onBack={back} /></Section>
}

const STATES: Record<string, string> = { new: 'New', regressed: 'Regressed' }

function Issues({ release }: { release: ReleaseDetail }) {
  return (
    <Section title="Errors of this release">
      {release.issues.length === 0 && <span className="faint">None in this time range.</span>}
      {release.issues.map((issue) => (
        <Link key={issue.fingerprint} to="/issues/$issue" params={{ issue: issue.fingerprint }} search={{}} className={`row ${css.issue}`}>
          {STATES[issue.state] && <span className={css.badge} data-tone="bad">{STATES[issue.state]}</span>}
          <b className="ellipsis">{issue.title}</b><span className="faint ellipsis">{issue.culprit}</span><span className="spread" />
          <Num value={issue.count} unit="errors" /><span className={`dim ${css.when}`}><Ago time={issue.last_time} /></span>
        </Link>
      ))}
    </Section>
  )
}
