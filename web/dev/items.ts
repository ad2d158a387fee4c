const SERVICES = ['checkout', 'identity', 'billing', 'workflows', 'web']
const HOSTILE = '<img src=x onerror=alert(1)>'

export const pick = <T>(from: readonly T[], index: number): T => from[index % from.length] as T
export const iso = (backMs: number) => new Date(Date.now() - backMs).toISOString()
/** A stable made-up hex id. */
export function hex(seed: number, length: number): string {
  let state = (seed + 1) * 2_654_435_761
  let text = ''
  while (text.length < length) { state = (state * 1_103_515_245 + 12_345) % 2 ** 31; text += state.toString(16).padStart(8, '0') }
  return text.slice(0, length)
}
const joins = (i: number) => ({ service: pick(SERVICES, i), environment: 'production', release: 'storefront@2.4.0', trace_id: i % 4 ? hex(i % 12, 32) : '', span_id: hex(i, 16), session_id: i % 3 ? hex(i % 5, 32) : '', user_id: i % 2 ? `user-${i % 19}` : '' })

const BODIES = ['request finished GET /api/cart 200 in 12 ms', 'cache miss for price list eu-west', 'payment provider answered 502, retrying in 250 ms', 'order 81723 placed by customer', `search term was ${HOSTILE}`, '{"event":"webhook","provider":"stripe","attempt":3,"delivered":false}', 'slow query: 1.8 s SELECT * FROM orders WHERE customer_id = $1 ORDER BY created_at DESC LIMIT 50 -- this body is long on purpose, to see how a row and a drawer deal with text that does not end where one would like it to end']
export const log = (i: number) => {
  const severity = pick([9, 9, 9, 13, 9, 17, 5, 21], i)
  return { id: hex(i, 24), time: iso(i * 1_730), severity_number: severity, severity_text: { 5: 'DEBUG', 9: 'INFO', 13: 'WARN', 17: 'ERROR', 21: 'FATAL' }[severity], body: pick(BODIES, i), ...joins(i), event_name: '', scope_name: 'app.http', source: 'otlp', attributes: { 'http.route': '/api/cart', 'http.response.status_code': '200', 'user.plan': 'pro', 'docs.url': 'https://docs.example.org/a', 'bad.url': 'javascript:alert(1)', hostile: HOSTILE }, resource: { 'service.name': pick(SERVICES, i), 'k8s.pod.name': `checkout-7f9c-${i}`, 'telemetry.sdk.language': 'python' } }
}
export const span = (i: number) => ({ time: iso(i * 3_100), duration_ns: 900_000 * ((i * 37) % 900 + 1), parent_span_id: '', is_segment: true, name: pick(['GET /api/cart', 'POST /api/orders', 'GET /products/{id}', 'process invoice', 'GET /a/very/long/route/{with}/{many}/{parameters}/and/then/some/more/{segments}'], i), op: 'http.server', kind: 'server', status_code: i % 9 === 4 ? 'error' : 'ok', status_message: i % 9 === 4 ? 'upstream timed out' : '', source: 'otlp', ...joins(i), trace_id: hex(i % 12, 32) })

export function trace(id: string) {
  const count = id.startsWith('big') ? 20_000 : 64
  const startMs = Date.now() - 60_000
  const at = (us: number) => new Date(startMs).toISOString().replace('Z', `${String(us % 1000).padStart(3, '0')}Z`)
  const spans = Array.from({ length: count }, (_, i) => {
    const parent = i === 0 ? -1 : i < 6 ? 0 : Math.floor(i / (count > 1000 ? 12 : 3))
    const offset = i === 0 ? 0 : (i * 7_300) % 380_000
    return { ...span(i), trace_id: id, time: new Date(startMs + offset / 1000).toISOString().replace('Z', `${String(offset % 1000).padStart(3, '0')}Z`), duration_ns: i === 0 ? 412_000_000 : 1_000_000 * (3 + ((i * 13) % 60)), span_id: hex(i, 16), parent_span_id: parent < 0 ? '' : hex(parent, 16), is_segment: i === 0, name: i === 0 ? 'POST /api/orders' : pick(['SELECT orders', 'GET /identity/me', 'charge card', 'redis GET', 'publish order.placed', 'render'], i), status_code: i === 17 ? 'error' : 'ok', status_message: i === 17 ? 'card declined' : '', attributes: { 'db.system': 'postgresql', 'db.query.text': 'SELECT * FROM orders WHERE id = $1', 'server.address': '10.0.0.7' }, resource: { 'service.name': pick(SERVICES, i) }, events: i === 17 ? [{ name: 'exception', time: at(offset), attributes: { 'exception.type': 'CardDeclined', 'exception.message': HOSTILE } }] : [], links: i === 5 ? [{ trace_id: hex(2, 32), span_id: hex(9, 16), attributes: {} }] : [] }
  })
  const columns = ['span_id', 'parent_span_id', 'start_ns', 'duration_ns', 'name', 'service', 'op', 'kind', 'status_code', 'event_count', 'has_exception'] as const
  const rows = spans.map((one, i) => { const row: Record<string, unknown> = { ...one, start_ns: i === 0 ? 0 : ((i * 7_300) % 380_000) * 1_000, event_count: one.events.length, has_exception: one.events.length > 0 }; return columns.map((name) => row[name]) })
  return { trace_id: id, time: new Date(startMs).toISOString(), duration_ns: 412_000_000, services: SERVICES, span_count: count, error_count: 1, truncated: false, columns, rows, spans }
}
export function traceSpan(tail: string) {
  const [, id = '', , spanId] = tail.split('/')
  return trace(id).spans.find((one) => one.span_id === spanId)
}

const KINDS = [['ZeroDivisionError', 'division by zero', 'app.cart in total'], ['CardDeclined', 'the issuer declined: insufficient funds', 'billing.charge in submit'], ['TypeError', "Cannot read properties of undefined (reading 'price')", 'static/js/cart.js in render'], ['TimeoutError', HOSTILE, 'identity.session in refresh'], ['', 'Something was logged as an error without an exception, with a message so long that it must be cut somewhere before it reaches the other columns', 'web']] as const
const head = (i: number) => { const [type, value, culprit] = pick(KINDS, i); return { type, value, title: type ? `${type}: ${value}` : value, culprit, level: pick(['error', 'fatal', 'error', 'warning', 'error'], i), fingerprint: hex(i % 26, 32) } }
export const group = (i: number) => ({ ...head(i), count: Math.round(8_000 / (i + 1) ** 1.4) + 1, users: Math.round(900 / (i + 1)), first_time: iso(9e7 * (i + 1)), last_time: iso(i * 41_000), last_event_id: hex(i, 32), services: SERVICES.slice(i % 3, (i % 3) + 1 + (i % 2)) })

const frame = (name: string, file: string, lineno: number, inApp: boolean) => ({ function: name, filename: file, module: file.replace('.py', '').replaceAll('/', '.'), lineno, in_app: inApp, pre_context: ['def total(cart):', '    lines = cart.lines', '    count = len(lines)'], context_line: '    return sum(line.price for line in lines) / count', post_context: ['', 'def render(cart):'], vars: inApp ? { cart: '<Cart 81723>', lines: [], count: '0', note: HOSTILE } : null })
export const occurrence = (id: string) => ({
  ...head(0), ...joins(5), event_id: id, time: iso(41_000), handled: false, platform: 'python', transaction: 'POST /api/orders', user_email: 'grace@example.org', source: 'sentry',
  frames: [], reports: [], tags: { runtime: 'CPython 3.12', server_name: 'checkout-7f9c', plan: 'pro' }, attachments: [{ attachment_id: 'a', filename: 'state.json', content_type: 'application/json', size: 4_312 }],
  payload: {
    exception: { values: [
      { type: 'KeyError', value: "'price'", mechanism: { type: 'chained', handled: true }, stacktrace: { frames: [frame('__getitem__', 'app/prices.py', 41, true)] } },
      { type: 'ZeroDivisionError', value: 'division by zero', mechanism: { type: 'asgi', handled: false }, stacktrace: { frames: [frame('__call__', 'starlette/middleware/errors.py', 164, false), frame('__call__', 'starlette/routing.py', 716, false), frame('run_endpoint_function', 'fastapi/routing.py', 211, false), frame('place_order', 'app/orders.py', 88, true), frame('total', 'app/cart.py', 27, true)] } },
    ] },
    breadcrumbs: { values: [{ timestamp: Date.now() / 1000 - 44, category: 'http', type: 'http', level: 'info', message: 'GET https://prices/api', data: { status_code: 200 } }, { timestamp: Date.now() / 1000 - 42, category: 'query', level: 'info', message: 'SELECT * FROM carts WHERE id = %s' }, { timestamp: Date.now() / 1000 - 41, category: 'cart', level: 'warning', message: `empty cart ${HOSTILE}` }] },
    request: { url: 'https://shop.example.org/api/orders?x=1', method: 'POST', headers: { 'User-Agent': 'Mozilla/5.0', Host: 'shop.example.org' }, data: { cart: 81723 } },
    contexts: { runtime: { name: 'CPython', version: '3.12.4' }, trace: { trace_id: hex(1, 32), op: 'http.server' } }, user: { id: 'user-5', email: 'grace@example.org', ip_address: '203.0.113.7' }, sdk: { name: 'sentry.python.fastapi', version: '2.20.0' }, server_name: 'checkout-7f9c', extra: { attempt: 2 },
  },
})

export const event = (i: number) => ({ uuid: `${hex(i, 8)}-0000-7000-8000-${hex(i, 12)}`, time: iso(i * 2_100), event: pick(['$pageview', 'cart updated', 'checkout started', 'order placed', HOSTILE], i), distinct_id: pick(['user-5', 'grace@example.org', '0192d3a4-7c11-7e0f-9a52-5d1f6a3e9b00', 'user-7'], i), session_id: hex(i % 5, 32), trace_id: '', current_url: pick(['https://shop.example.org/cart', 'https://shop.example.org/products/a-very-long-product-name-with-many-words-in-it?utm_source=newsletter&utm_campaign=spring', ''], i), lib: pick(['web', 'posthog-python'], i), properties: { plan: 'pro', amount: 49.9, items: [{ sku: 'A-1' }], $browser: 'Firefox', $os: 'Linux', $lib_version: '1.2.3' } })

export function overview(empty: boolean) {
  const numbers = (k: number) => (empty ? { events: 0, errors: 0, requests: 0, failed_requests: 0, logs: 0, spans: 0, p95_ns: null } : { events: 640 * k, errors: Math.round(9 * k), requests: 2_100 * k, failed_requests: Math.round(31 * k), logs: 9_300 * k, spans: 14_000 * k, p95_ns: 182e6 + 9e6 * k })
  return {
    bucket_seconds: 60, buckets: Array.from({ length: 60 }, (_, i) => ({ time: iso((60 - i) * 60_000), ...numbers(1 + Math.sin(i / 5) * 0.4 + (i % 7) / 12) })), totals: numbers(60), previous: numbers(52), users: empty ? 0 : 812,
    newest_errors: empty ? [] : Array.from({ length: 8 }, (_, i) => group(i)), newest_events: empty ? [] : Array.from({ length: 8 }, (_, i) => event(i)),
    slowest: empty ? [] : Array.from({ length: 8 }, (_, i) => ({ name: pick(['POST /api/orders', 'GET /reports/{id}', 'GET /products/{id}', 'POST /login'], i) + (i > 3 ? `/${i}` : ''), service: pick(SERVICES, i), count: 12_000 / (i + 1), p95_ns: 1.9e9 / (i + 1), error_rate: i % 3 ? 0 : 0.021 })),
    ingestion: { accepted: empty ? 0 : 2_151_885, rejected: empty ? 0 : 15, by_reason: empty ? [] : [{ protocol: 'sentry', category: 'error', outcome: 'rejected', reason: 'too_large', quantity: 12 }, { protocol: 'posthog', category: 'event', outcome: 'rejected', reason: 'missing_distinct_id', quantity: 3 }, { protocol: 'sentry', category: 'span', outcome: 'client_discarded', reason: 'sample_rate', quantity: 411 }] },
  }
}
