import { CodeBlock } from '@/shared/ui/CodeBlock'
import { Section } from '@/shared/ui/Page'
import { Empty } from '@/shared/ui/States'
import { useKeys } from './queries'
import css from './web_vitals.module.css'

/** How they come: the SDK that is on the page already needs one line. */
export function NoVitals() {
  const keys = useKeys().data
  return (
    <div className={css.none}>
      <Empty title="No web vitals in this time range">Browsers measure them; the SDK on your pages sends them along. Any of these does, one is enough.</Empty>
      {keys && (
        <>
          <Section title="@sentry/browser (or its React, Vue, Angular, Svelte, Next.js siblings)">
            <CodeBlock label="Sentry" code={`import * as Sentry from '@sentry/browser'\n\nSentry.init({\n  dsn: '${keys.sentry_dsn}',\n  integrations: [Sentry.browserTracingIntegration()],\n  tracesSampleRate: 1.0,\n})`} />
          </Section>
          <Section title="posthog-js">
            <CodeBlock label="PostHog" code={`import posthog from 'posthog-js'\n\nposthog.init('${keys.posthog_key}', {\n  api_host: '${keys.posthog_host}',\n  capture_performance: { web_vitals: true },\n})`} />
          </Section>
        </>
      )}
    </div>
  )
}
