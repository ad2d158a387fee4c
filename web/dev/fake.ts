import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Plugin } from 'vite'
import { answer } from './answers.ts'

/** Answers /api/ with made-up data in the shapes of docs/api.md, for working on screens without a server. Never in a build. */
export function fakeApi(mode: string): Plugin {
  const handle = (request: IncomingMessage, response: ServerResponse, next: () => void) => {
    const url = new URL(request.url ?? '/', 'http://fake')
    if (!url.pathname.startsWith('/api/v1/')) return next()
    const path = url.pathname.slice('/api/v1'.length)
    const send = (status: number, body: unknown) => {
      response.statusCode = status
      response.setHeader('content-type', 'application/json')
      response.end(status === 204 ? '' : JSON.stringify(body))
    }
    if (path.endsWith('/live')) return stream(response)
    if (mode === 'slow' && !path.startsWith('/auth')) return void setTimeout(() => send(200, answer(path, url.searchParams, 'full')), 30_000)
    if (mode === 'error' && !path.startsWith('/auth')) {
      return send(503, { error: { code: 'store_unavailable', message: 'The store did not answer in 10 s.', hint: 'Check that ClickHouse is running; data received meanwhile is kept in the spool.' } })
    }
    if (path.endsWith('/sql')) {
      let body = ''
      request.on('data', (chunk) => { body += String(chunk) })
      return void request.on('end', () => (body.includes('boom')
        ? send(400, { error: { code: 'bad_sql', message: "Unknown column 'boom' in SELECT boom FROM logs", hint: 'Columns of logs: time, service, body, …' } })
        : send(200, answer(path, url.searchParams, mode))))
    }
    const found = answer(path, url.searchParams, mode)
    return found === undefined ? send(404, { error: { code: 'not_found', message: `Nothing is at ${path}`, hint: null } }) : send(200, found)
  }
  return {
    name: 'fake-api',
    configureServer: (server) => { server.middlewares.use(handle) },
    configurePreviewServer: (server) => { server.middlewares.use(handle) },
  }
}

function stream(response: ServerResponse) {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  const kinds = [['log', 'logs'], ['span', 'spans'], ['error', 'errors'], ['event', 'events']] as const
  let count = 0
  const timer = setInterval(() => {
    const [event, list] = kinds[count++ % kinds.length] ?? kinds[0]
    const { items } = answer(`/projects/1/${list}`, new URLSearchParams({ limit: '40' }), 'full') as { items: { time: string }[] }
    const item = items[count % items.length]
    response.write(`event: ${event}\ndata: ${JSON.stringify({ ...item, time: new Date().toISOString() })}\n\n`)
    if (count % 60 === 0) response.write('event: dropped\ndata: {"count": 12}\n\n')
  }, 60)
  response.on('close', () => clearInterval(timer))
}
