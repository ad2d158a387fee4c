/** Everything the app asks the server goes through `request`; everything that can go wrong is an `ApiError`. */

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly hint: string | null,
    readonly request: string,
  ) {
    super(message)
  }
}

type QueryValue = string | number | boolean | null | undefined | readonly string[]
export type Query = Record<string, QueryValue>

let csrfToken = ''
export function setCsrfToken(token: string) { csrfToken = token }

/** Called when a session has ended; the app sends the reader to the login page. */
let onUnauthorised = () => {}
export function whenUnauthorised(handler: () => void) { onUnauthorised = handler }

export function queryString(query: Query = {}): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === '') continue
    if (Array.isArray(value)) for (const one of value) params.append(name, one)
    else params.set(name, String(value))
  }
  const text = params.toString()
  return text ? `?${text}` : ''
}

interface Options { query?: Query; body?: unknown; signal?: AbortSignal; asked?: Promise<Response> | undefined }

export async function request<T>(method: string, path: string, { query, body, signal, asked }: Options = {}): Promise<T> {
  const url = `/api/v1${path}${queryString(query)}`
  const what = `${method} ${url}`
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  if (method !== 'GET' && csrfToken) headers['X-CSRF-Token'] = csrfToken
  let response: Response
  try {
    response = await (asked ?? fetch(url, {
      method, headers, signal: signal ?? null, credentials: 'same-origin',
      body: body === undefined ? null : JSON.stringify(body),
    }))
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new ApiError(0, 'unreachable', 'The server did not answer.', 'Check that vedette is running and reachable from this browser.', what)
  }
  if (response.status === 204) return undefined as T
  const text = await response.text()
  if (response.ok) return parse<T>(text, what)
  if (response.status === 401 && !path.startsWith('/auth/')) onUnauthorised()
  throw toError(response, text, what)
}

function parse<T>(text: string, what: string): T {
  try {
    return JSON.parse(text) as T
  } catch {
    throw new ApiError(200, 'not_json', 'The answer was not JSON.', 'A proxy in between may have answered instead of vedette.', what)
  }
}

function toError(response: Response, text: string, what: string): ApiError {
  try {
    const { error, detail } = JSON.parse(text) as {
      error?: { code?: string; message?: string; hint?: string }
      detail?: unknown
    }
    if (error) return new ApiError(response.status, error.code ?? 'error', error.message ?? text, error.hint ?? null, what)
    if (detail) return new ApiError(response.status, 'invalid', JSON.stringify(detail), null, what)
  } catch { /* not JSON: the text itself is the message */ }
  return new ApiError(response.status, `http_${response.status}`, text.slice(0, 500) || response.statusText, null, what)
}

/** `asked`: the same request, already on its way. */
export const get = <T>(path: string, query?: Query, signal?: AbortSignal, asked?: Promise<Response>) =>
  request<T>('GET', path, { ...(query && { query }), ...(signal && { signal }), asked })
export const post = <T>(path: string, body: unknown = {}) => request<T>('POST', path, { body })
export const patch = <T>(path: string, body: unknown) => request<T>('PATCH', path, { body })
export const put = <T>(path: string, body: unknown) => request<T>('PUT', path, { body })
export const remove = (path: string) => request<void>('DELETE', path)
