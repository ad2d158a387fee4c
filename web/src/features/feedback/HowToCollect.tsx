import { CodeBlock } from '@/shared/ui/CodeBlock'
import css from './feedback.module.css'
import { useConnect } from './queries'

/** How a product asks its users, with this project's own address and key. */
export function HowToCollect({ title }: { title: string }) {
  const dsn = useConnect().data?.sentry_dsn
  return (
    <section className={css.how} aria-label="How to collect feedback">
      <h2>{title}</h2>
      <p className="dim">A button on every page, with screenshots; a dialog after a crash; or a form of your own. What is written shows here and beside the issue it is about.</p>
      {dsn && <CodeBlock code={widget(dsn)} label="Feedback button and crash dialog" />}
      {dsn && <CodeBlock code={own(dsn)} label="From code" />}
    </section>
  )
}

const widget = (dsn: string) => `import * as Sentry from '@sentry/browser'

Sentry.init({
  dsn: '${dsn}',
  integrations: [Sentry.feedbackIntegration({ colorScheme: 'system' })],   // the button
  beforeSend(event) {
    // the dialog, after an error that nothing caught
    if (event.exception?.values?.some((one) => one.mechanism?.handled === false)) {
      Sentry.showReportDialog({ eventId: event.event_id })
    }
    return event
  },
})`

const own = (dsn: string) => `import sentry_sdk

sentry_sdk.init("${dsn}")
event_id = sentry_sdk.capture_exception(error)
sentry_sdk.get_client().capture_event({"type": "feedback", "contexts": {"feedback": {
    "message": "The total is wrong",
    "contact_email": "ann@example.com",
    "associated_event_id": event_id,   # leave out what it is not about
}}})`
