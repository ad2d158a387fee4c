import { Button, Skeleton } from '@mantine/core'
import { Link, useParams } from '@tanstack/react-router'
import { Bell, BellOff, ChevronLeft } from 'lucide-react'
import { Page, Section } from '@/shared/ui/Page'
import { Empty, Loading } from '@/shared/ui/States'
import { Ago } from '@/shared/ui/Values'
import css from './crons.module.css'
import { DeleteMonitor } from './DeleteMonitor'
import { Expectations } from './Expectations'
import { HowToReport } from './HowToReport'
import { HealthMark } from './Marks'
import { Next } from './Next'
import { Problem } from './Problem'
import { useDecide, useMayChange, useMonitor } from './queries'
import { Runs } from './Runs'
import { SettingsForm } from './SettingsForm'
import { Strip } from './Strip'
import type { MonitorDetail, MonitorEnvironment } from './types'

export function MonitorPage() {
  const { slug = '' } = useParams({ strict: false })
  const monitor = useMonitor(slug)
  const may = useMayChange()
  return (
    <Page scroll title={slug} actions={may && monitor.data && <><Mute monitor={monitor.data} /><DeleteMonitor slug={slug} /></>}>
      <Link to="/crons" search={{}} className="link row" style={{ gap: 3, marginBottom: 10 }}><ChevronLeft size={14} />Crons</Link>
      <Loading query={monitor} what="This monitor" skeleton={<Skeleton height={360} radius={8} />}>{(data) => <Detail key={slug} monitor={data} at={monitor.dataUpdatedAt} may={may} />}</Loading>
    </Page>
  )
}

function Detail({ monitor, at, may }: { monitor: MonitorDetail; at: number; may: boolean }) {
  return (
    <div className={css.page}>
      <div className={css.story}>
        {monitor.problem && <div role="alert" className={css.problem}>{monitor.problem}</div>}
        {monitor.environments.map((environment) => <InEnvironment key={environment.environment} monitor={monitor} environment={environment} at={at} />)}
        {monitor.environments.length === 0
          ? <HowToReport title="It waits for its first check-in" slug={monitor.slug}>Runs are expected from then on. Let the job say when it begins and how it ends.</HowToReport>
          : <Section title="Runs">{monitor.runs.length > 0 ? <Runs monitor={monitor} /> : <Empty title="No run in this time range">Widen the range to see earlier ones.</Empty>}</Section>}
      </div>
      <aside className="col" style={{ gap: 22 }} aria-label="Facts">
        <Expectations monitor={monitor} />
        {may && <SettingsForm monitor={monitor} />}
      </aside>
    </div>
  )
}

function InEnvironment({ monitor, environment, at }: { monitor: MonitorDetail; environment: MonitorEnvironment; at: number }) {
  const { status, since, last_run, next_run, looked_since, buckets } = environment
  return (
    <section className={`card ${css.environment}`} aria-label={`In ${environment.environment}`}>
      <div className="row wrap" style={{ gap: 12 }}>
        <HealthMark status={status} />
        {since && status !== 'waiting' && <span className="faint">since <Ago time={since} /></span>}
        <span className={css.badge}>{environment.environment}</span>
        <span className="spread" />
        {last_run && <span className="dim">last run <Ago time={last_run} /></span>}
        {next_run && <span className="dim">next <Next time={next_run} /></span>}
      </div>
      <Strip tall slug={monitor.slug} buckets={buckets} bucketSeconds={monitor.bucket_seconds} at={at} />
      {looked_since && <span className="faint">Only its newest runs are counted: from <Ago time={looked_since} /> on.</span>}
    </section>
  )
}

function Mute({ monitor }: { monitor: MonitorDetail }) {
  const decide = useDecide()
  const { slug, muted, by_people } = monitor
  return (
    <>
      <Problem error={decide.error} />
      <Button variant="default" size="compact-sm" loading={decide.isPending} leftSection={muted ? <Bell size={13} /> : <BellOff size={13} />} onClick={() => decide.mutate({ slug, form: { ...by_people, muted: !muted } })}>{muted ? 'Unmute' : 'Mute'}</Button>
    </>
  )
}
