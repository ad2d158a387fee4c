import { event, group, hex, iso, log, occurrence, overview, pick, span, trace, traceSpan } from './items.ts'

const items = <T>(count: number, make: (index: number) => T) => ({ items: Array.from({ length: count }, (_, index) => make(index)), next_cursor: null as string | null })
const SERVICES = ['checkout', 'identity', 'billing', 'workflows', 'web']

/** One answer by path; undefined when there is no such thing. */
export function answer(path: string, query: URLSearchParams, mode: string): unknown {
  const empty = mode === 'empty'
  const count = empty ? 0 : Number(query.get('limit') ?? 100)
  const tail = path.replace(/^\/projects\/\d+\//, '')
  if (tail.startsWith('traces/')) return tail.includes('/spans/') ? traceSpan(tail) : trace(tail.slice(7))
  if (tail.startsWith('errors/') && tail !== 'errors/groups') return occurrence(tail.slice(7))
  if (tail.startsWith('metrics/')) return series(query, empty)
  const answers: Record<string, () => unknown> = {
    '/auth/me': () => ({ user: { id: 1, email: 'ada@example.org', name: 'Ada Lovelace', role: 'admin' }, csrf_token: 'x', organisation: { id: 1, name: 'Example' }, projects: [{ id: 1, name: 'storefront' }, { id: 2, name: 'a-project-with-a-very-long-name-indeed' }], url: '', version: '0.1.0' }),
    '/auth/setup': () => ({ valid: query.get('token') !== 'old' }),
    '/members': () => items(3, (i) => ({ id: i + 1, email: `person${i}@example.org`, name: i === 2 ? '' : `Person ${i}`, role: pick(['admin', 'member', 'viewer'], i), created_at: iso(i * 9e7) })),
    '/tokens': () => items(2, (i) => ({ id: i, name: pick(['default', 'CI'], i), role: 'admin', project_id: null, created_at: iso(9e7), last_used_at: i ? null : iso(4e4), prefix: 'vdt_kzmt' })),
    connect: () => connect(empty),
    keys: () => items(2, (i) => ({ id: i, name: pick(['default', 'old web app'], i), key: hex(i, 32), created_at: iso(9e8), revoked_at: i ? iso(3e7) : null })),
    logs: () => items(Math.min(count, 400), log),
    'logs/histogram': () => ({ bucket_seconds: 60, buckets: items(60, (i) => ({ time: iso((60 - i) * 60_000), counts: empty ? {} : { debug: i % 5, info: 30 + ((i * 13) % 25), warn: i % 7, error: i > 40 && i < 46 ? 14 : i % 3, fatal: i === 43 ? 3 : 0 } })).items }),
    spans: () => items(count, span),
    errors: () => items(Math.min(count, 37), (i) => occurrence(hex(i, 32))),
    'errors/groups': () => items(Math.min(count, 26), group),
    events: () => items(count, event),
    'events/names': () => ({ items: empty ? [] : ['$pageview', 'cart updated', 'checkout started', 'order placed', '$autocapture', 'invoice paid', 'a rather long event name that somebody chose'].map((name, i) => ({ event: name, count: 41_000 / (i + 1) ** 2, last_time: iso(i * 4_000) })) }),
    metrics: () => items(empty ? 0 : 42, (i) => ({ metric_name: pick(['http.server.request.duration', 'process.memory.usage', 'orders_total', 'queue.depth', 'db.client.connections.usage'], i) + (i > 4 ? `_${i}` : ''), type: pick(['histogram', 'gauge', 'sum', 'gauge', 'summary'], i), unit: pick(['s', 'By', '1', '{item}', '1'], i), description: pick(['Duration of HTTP server requests', 'Resident memory', '', 'Items waiting', ''], i), temporality: pick(['cumulative', '', 'delta'], i), is_monotonic: true, series_count: 3 + ((i * 31) % 200), services: SERVICES.slice(0, 1 + (i % 3)), last_time: iso(i * 900) })),
    'outcomes/histogram': () => ({ bucket_seconds: 60, buckets: items(60, (i) => ({ time: iso((60 - i) * 60_000), counts: empty ? {} : { accepted: 100 + ((i * 37) % 90), rejected: i % 9 ? 0 : 12 } })).items }),
    'outcomes/summary': () => ({ items: empty ? [] : outcomes() }),
    overview: () => overview(empty),
    related: () => ({ logs: 128, spans: 43, errors: 2, events: 17 }),
    fields: () => ({ items: ['service', 'body', 'severity_text', 'attributes.http.route', 'attributes.http.response.status_code', 'attributes.user.plan', 'resource.k8s.pod.name'].map((name) => ({ name, kind: name.includes('.') ? 'attribute' : 'column' })) }),
    'fields/values': () => ({ items: SERVICES.map((value, i) => ({ value: query.get('field') === 'environment' ? pick(['production', 'staging'], i) : query.get('field') === 'release' ? `storefront@2.${i}.0` : value, count: 9_000 / (i + 1) })) }),
    sql: () => ({ columns: ['service', 'records', 'p95_ms', 'last'], types: ['String', 'UInt64', 'Float64', 'DateTime'], rows: items(1000, (i) => [pick(SERVICES, i), i * 37, i / 3, iso(i * 1e4)]).items, elapsed_ms: 12.4, truncated: true }),
  }
  return answers[path]?.() ?? answers[tail]?.()
}

function outcomes() {
  const row = (protocol: string, category: string, outcome: string, quantity: number, reason = '', detail = '', sample = '') => ({ protocol, category, outcome, reason, quantity, last_time: iso(quantity % 50_000), detail, sample })
  return [
    row('otlp', 'log', 'accepted', 1_204_331), row('otlp', 'span', 'accepted', 882_120), row('sentry', 'error', 'accepted', 1_402), row('posthog', 'event', 'accepted', 64_032),
    row('sentry', 'error', 'rejected', 12, 'too_large', 'The event is 1.4 MB; the limit is 1 MiB', '{"event_id":"9f1c…","exception":{"values":[{"type":"ValueError"'),
    row('posthog', 'event', 'rejected', 3, 'missing_distinct_id', 'batch[4] has no distinct_id', '{"event":"<script>alert(1)</script>","properties":{}}'),
    row('sentry', 'span', 'client_discarded', 411, 'sample_rate'), row('otlp', 'metric_point', 'rate_limited', 90, 'project_quota'),
  ]
}

function connect(empty: boolean) {
  const got = (back: number, count: number) => (empty ? { last_time: null, count: 0 } : { last_time: iso(back), count })
  return {
    project_id: 1, sentry_dsn: 'http://0d3c…@127.0.0.1:8000/1', posthog_host: 'http://127.0.0.1:8000', posthog_key: hex(3, 32), otlp_endpoint: 'http://127.0.0.1:8000', otlp_grpc_endpoint: 'http://127.0.0.1:4317',
    otlp_headers: `Authorization=Bearer ${hex(3, 32)}`, prometheus_write_url: 'http://127.0.0.1:8000/prometheus/api/v1/write', betterstack_host: 'http://127.0.0.1:8000', ingest_key: hex(3, 32), url: '',
    protocols: Object.fromEntries(['sentry', 'posthog', 'otlp', 'prometheus', 'betterstack'].map((name) => [name, { ...got(120, 9), categories: name === 'otlp' ? { log: got(120, 9) } : {} }])),
    received: { error: got(3_000, 1402), event: got(900, 64_032), log: got(120, 1_204_331), span: got(130, 882_120), metric_point: { last_time: null, count: 0 }, session: { last_time: null, count: 0 }, check_in: { last_time: null, count: 0 } },
  }
}

function series(query: URLSearchParams, empty: boolean) {
  const labels = query.get('group_by') ? SERVICES.map((service) => ({ service })) : [{}]
  return {
    metric_name: 'm', type: 'histogram', unit: 's', step_seconds: 60,
    series: empty ? [] : labels.map((one, s) => ({ labels: one, points: Array.from({ length: 60 }, (_, i) => [iso((60 - i) * 60_000), 0.08 + s * 0.05 + Math.abs(Math.sin(i / 7 + s)) * 0.06]) })),
  }
}
