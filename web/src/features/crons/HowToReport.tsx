import { CodeBlock } from '@/shared/ui/CodeBlock'
import css from './crons.module.css'
import { useConnect } from './queries'

/** How a job tells of its runs, with this project's own address and key. */
export function HowToReport({ title, slug = 'nightly-report', children }: { title: string; slug?: string; children: React.ReactNode }) {
  const dsn = useConnect().data?.sentry_dsn
  return (
    <section className={css.how} aria-label="How to report runs">
      <h2>{title}</h2>
      <p className="dim">{children}</p>
      {dsn && <CodeBlock code={python(dsn, slug)} label="Report runs from Python" />}
      {dsn && <CodeBlock code={shell(dsn, slug)} label="Report runs from a shell" />}
    </section>
  )
}

const python = (dsn: string, slug: string) => `import sentry_sdk

sentry_sdk.init("${dsn}")

@sentry_sdk.monitor(monitor_slug=${JSON.stringify(slug)}, monitor_config={
    "schedule": {"type": "crontab", "value": "0 3 * * *"},
    "timezone": "Europe/Vienna",
    "checkin_margin": 5,   # minutes it may be late
    "max_runtime": 30,     # minutes it may take
})
def job():
    ...`

function shell(dsn: string, slug: string): string {
  const { protocol, host, username, pathname } = new URL(dsn)
  return `URL='${protocol}//${host}/api${pathname}/cron/${encodeURIComponent(slug)}/${username}/'
curl -sS "$URL?status=in_progress"
./job && STATUS=ok || STATUS=error
curl -sS "$URL?status=$STATUS"`
}
