import type { Connect, Protocol } from '@/api/types'

export interface Snippet {
  id: string; word: string; group: 'Everything' | 'Errors and traces' | 'Product events' | 'OpenTelemetry' | 'Metrics' | 'Logs' | 'By hand'
  /** The kinds of item that prove this one works; the first that arrives by its protocol turns its light green. */
  protocols: Protocol[]
  proves: string[]
  steps: (keys: Connect) => { title: string; code: string }[]
  note?: string
}

const token = (keys: Connect) => `Bearer ${keys.ingest_key}`
const hostOf = (endpoint: string | null) => (endpoint ?? '').replace(/^https?:\/\//, '')

export const SNIPPETS: Snippet[] = [
  {
    id: 'vedette-python', word: 'Python, vedette', group: 'Everything', protocols: ['otlp', 'sentry', 'posthog'], proves: ['log', 'span', 'error', 'event', 'metric_point'],
    steps: (k) => [
      { title: 'Install', code: 'pip install vedette' },
      { title: 'Start it in your application', code: `import vedette\n\nvedette.init(\n    dsn="${k.sentry_dsn}",\n    service="my-service",\n    release="1.0.0",\n)` },
      { title: 'Send one of each', code: `log = vedette.get_logger()\n\nwith vedette.span("hello"):\n    log.info("hello from vedette", plan="pro")\n    vedette.count("hellos", plan="pro")\n    vedette.track("hello from vedette", user="user-1")\n    try:\n        1 / 0\n    except ZeroDivisionError:\n        vedette.error()\nvedette.flush()` },
      { title: 'Or check the way from the shell', code: `export VEDETTE_DSN=${k.sentry_dsn}\nvedette doctor` },
    ],
  },
  {
    id: 'sentry-python', word: 'Python, sentry-sdk', group: 'Errors and traces', protocols: ['sentry'], proves: ['error', 'span', 'log', 'session'],
    steps: (k) => [
      { title: 'Install', code: 'pip install sentry-sdk' },
      { title: 'Start it before your application', code: `import sentry_sdk\n\nsentry_sdk.init(\n    dsn="${k.sentry_dsn}",\n    traces_sample_rate=1.0,\n    enable_logs=True,\n    environment="production",\n)` },
      { title: 'Send a first error', code: 'sentry_sdk.capture_exception(ValueError("hello from python"))\nsentry_sdk.flush()' },
    ],
  },
  {
    id: 'sentry-browser', word: 'Browser, @sentry/browser', group: 'Errors and traces', protocols: ['sentry'], proves: ['error', 'span', 'session'],
    steps: (k) => [
      { title: 'Install', code: 'npm install @sentry/browser' },
      { title: 'Start it first thing', code: `import * as Sentry from '@sentry/browser'\n\nSentry.init({\n  dsn: '${k.sentry_dsn}',\n  integrations: [Sentry.browserTracingIntegration()],\n  tracesSampleRate: 1.0,\n})` },
      { title: 'Send a first error', code: "Sentry.captureException(new Error('hello from the browser'))" },
    ],
  },
  {
    id: 'sentry-node', word: 'Node, @sentry/node', group: 'Errors and traces', protocols: ['sentry'], proves: ['error', 'span', 'log'],
    steps: (k) => [
      { title: 'Install', code: 'npm install @sentry/node' },
      { title: 'In instrument.mjs, loaded with node --import', code: `import * as Sentry from '@sentry/node'\n\nSentry.init({\n  dsn: '${k.sentry_dsn}',\n  tracesSampleRate: 1.0,\n  enableLogs: true,\n})` },
      { title: 'Send a first error', code: "Sentry.captureException(new Error('hello from node'))\nawait Sentry.flush()" },
    ],
  },
  {
    id: 'posthog-js', word: 'Browser, posthog-js', group: 'Product events', protocols: ['posthog'], proves: ['event'],
    steps: (k) => [
      { title: 'Install', code: 'npm install posthog-js' },
      { title: 'Start it', code: `import posthog from 'posthog-js'\n\nposthog.init('${k.posthog_key}', {\n  api_host: '${k.posthog_host}',\n  capture_exceptions: true,\n})` },
      { title: 'Send a first event', code: "posthog.capture('hello from the browser')" },
    ],
  },
  {
    id: 'posthog-python', word: 'Python, posthog', group: 'Product events', protocols: ['posthog'], proves: ['event'],
    steps: (k) => [
      { title: 'Install', code: 'pip install posthog' },
      { title: 'Send a first event', code: `from posthog import Posthog\n\nposthog = Posthog("${k.posthog_key}", host="${k.posthog_host}")\nposthog.capture("hello from python", distinct_id="user-1")\nposthog.flush()` },
    ],
  },
  {
    id: 'posthog-node', word: 'Node, posthog-node', group: 'Product events', protocols: ['posthog'], proves: ['event'],
    steps: (k) => [
      { title: 'Install', code: 'npm install posthog-node' },
      { title: 'Send a first event', code: `import { PostHog } from 'posthog-node'\n\nconst posthog = new PostHog('${k.posthog_key}', { host: '${k.posthog_host}' })\nposthog.capture({ distinctId: 'user-1', event: 'hello from node' })\nawait posthog.shutdown()` },
    ],
  },
  {
    id: 'otel-python', word: 'Python', group: 'OpenTelemetry', protocols: ['otlp'], proves: ['span', 'log', 'metric_point'],
    steps: (k) => [
      { title: 'Install', code: 'pip install opentelemetry-distro opentelemetry-exporter-otlp-proto-http\nopentelemetry-bootstrap -a install' },
      { title: 'Run your application with it', code: `${otelEnvironment(k)}\nexport OTEL_PYTHON_LOGGING_AUTO_INSTRUMENTATION_ENABLED=true\nexport OTEL_LOGS_EXPORTER=otlp\nopentelemetry-instrument python app.py` },
    ],
  },
  {
    id: 'otel-node', word: 'Node', group: 'OpenTelemetry', protocols: ['otlp'], proves: ['span', 'log', 'metric_point'],
    steps: (k) => [
      { title: 'Install', code: 'npm install @opentelemetry/api @opentelemetry/auto-instrumentations-node' },
      { title: 'Run your application with it', code: `${otelEnvironment(k)}\nnode --require @opentelemetry/auto-instrumentations-node/register app.js` },
    ],
  },
  {
    id: 'otel-collector', word: 'Collector', group: 'OpenTelemetry', protocols: ['otlp'], proves: ['span', 'log', 'metric_point'],
    steps: (k) => [
      { title: 'Over HTTP', code: `exporters:\n  otlphttp/vedette:\n    endpoint: ${k.otlp_endpoint}\n    compression: zstd\n    headers:\n      authorization: ${token(k)}\n${pipelines('otlphttp/vedette')}` },
      ...(k.otlp_grpc_endpoint ? [{ title: 'Or over gRPC', code: `exporters:\n  otlp/vedette:\n    endpoint: ${hostOf(k.otlp_grpc_endpoint)}\n    tls:\n      insecure: true\n    headers:\n      authorization: ${token(k)}\n${pipelines('otlp/vedette')}` }] : []),
    ],
  },
  {
    id: 'prometheus', word: 'Prometheus remote write', group: 'Metrics', protocols: ['prometheus'], proves: ['metric_point'],
    steps: (k) => [{ title: 'In prometheus.yml', code: `remote_write:\n  - url: ${k.prometheus_write_url}\n    authorization:\n      credentials: ${k.ingest_key}` }],
  },
  {
    id: 'betterstack-python', word: 'Python, logtail-python', group: 'Logs', protocols: ['betterstack'], proves: ['log'],
    steps: (k) => [
      { title: 'Install', code: 'pip install logtail-python' },
      { title: 'Add the handler', code: `import logging\nfrom logtail import LogtailHandler\n\nhandler = LogtailHandler(source_token="${k.ingest_key}", host="${k.betterstack_host}")\nlog = logging.getLogger("app")\nlog.setLevel(logging.INFO)\nlog.addHandler(handler)\nlog.info("hello from logtail", extra={"plan": "pro"})` },
    ],
  },
  {
    id: 'curl', word: 'curl', group: 'By hand', protocols: ['otlp', 'posthog'], proves: ['log', 'event'],
    steps: (k) => [
      { title: 'A log record by OTLP', code: `curl ${k.otlp_endpoint}/v1/logs \\\n  -H 'Authorization: ${token(k)}' \\\n  -H 'Content-Type: application/json' \\\n  -d '{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shell"}}]},"scopeLogs":[{"logRecords":[{"severityNumber":9,"severityText":"INFO","body":{"stringValue":"hello from curl"}}]}]}]}'` },
      { title: 'A product event', code: `curl ${k.posthog_host}/batch/ \\\n  -H 'Content-Type: application/json' \\\n  -d '{"api_key":"${k.posthog_key}","batch":[{"event":"hello from curl","distinct_id":"user-1","properties":{}}]}'` },
    ],
  },
]

function otelEnvironment(keys: Connect): string {
  return [
    'export OTEL_SERVICE_NAME=my-service',
    `export OTEL_EXPORTER_OTLP_ENDPOINT=${keys.otlp_endpoint}`,
    'export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf',
    `export OTEL_EXPORTER_OTLP_HEADERS="${keys.otlp_headers}"`,
  ].join('\n')
}

function pipelines(exporter: string): string {
  const one = (signal: string) => `    ${signal}:\n      receivers: [otlp]\n      exporters: [${exporter}]`
  return `service:\n  pipelines:\n${['traces', 'logs', 'metrics'].map(one).join('\n')}`
}
