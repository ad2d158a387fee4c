// Sends one of everything with posthog-node; prints what went wrong as JSON.
import { PostHog } from 'posthog-node'

const [, , key, host, mode] = process.argv
const failures = []
for (const level of ['warn', 'error']) console[level] = (...args) => failures.push(`${level}: ${args.join(' ')}`)
const sdk = new PostHog(key, { host, flushInterval: 50, ...(mode === 'v1' ? { captureMode: 'v1' } : {}) })
sdk.on('error', (error) => failures.push(String(error)))

sdk.capture({
  distinctId: 'nutzer-1',
  event: 'order ✓',
  timestamp: new Date('2026-10-25T00:30:00.250Z'),
  uuid: '0190f3e0-1111-7222-8333-444455556666',
  properties: { amount: 12.5, text: 'Größe 😀', list: [1, 'two', null], nothing: null, $session_id: 's-1', 'a.b': { c: 1 } },
  groups: { company: 'acme' },
})
sdk.identify({ distinctId: 'nutzer-1', properties: { $set: { email: 'n@example.com' }, $set_once: { first: 1 } } })
sdk.alias({ distinctId: 'nutzer-1', alias: 'anon-9' })
sdk.groupIdentify({ groupType: 'company', groupKey: 'acme', properties: { name: 'Acme' } })
function explode() {
  throw new RangeError('zu groß')
}
try {
  explode()
} catch (error) {
  sdk.captureException(error, 'nutzer-1')
}
const flag = (await sdk.evaluateFlags('nutzer-1')).isEnabled('nope')
await sdk.flush()
await sdk.shutdown()
process.stdout.write(JSON.stringify({ failures, flag: flag ?? null }))
