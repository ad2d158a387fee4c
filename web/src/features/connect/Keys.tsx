import type { Connect } from '@/api/types'
import { humanNumber } from '@/shared/format/numbers'
import { Attributes } from '@/shared/ui/Attributes'
import { Section } from '@/shared/ui/Page'
import { Ago } from '@/shared/ui/Values'
import css from './connect.module.css'
import { Light } from './Light'
import { KIND_WORDS } from './received'

export function Keys({ keys }: { keys: Connect }) {
  const { sentry_dsn, posthog_host, posthog_key, otlp_endpoint, otlp_grpc_endpoint, otlp_headers, prometheus_write_url, betterstack_host, ingest_key } = keys
  return (
    <>
      <Section title="Received by this project today (UTC)">
        <div className={css.received}>
          {Object.entries(keys.received).map(([kind, received]) => (
            <div key={kind} className="row">
              <Light on={Boolean(received?.last_time)} />
              <span>{KIND_WORDS[kind] ?? kind}s</span><span className="spread" />
              <span className="dim num">{humanNumber(received?.count ?? 0)}</span>
              <span className={`faint ${css.when}`}>{received?.last_time ? <Ago time={received.last_time} /> : 'never'}</span>
            </div>
          ))}
        </div>
      </Section>
      <Section title="Addresses and keys">
        <Attributes links={false} of={{ ingest_key, sentry_dsn, posthog_host, posthog_key, otlp_endpoint, ...(otlp_grpc_endpoint && { otlp_grpc_endpoint }), otlp_headers, prometheus_write_url, betterstack_host }} />
      </Section>
    </>
  )
}
