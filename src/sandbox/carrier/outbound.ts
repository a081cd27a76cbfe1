// Requests of the carrier to our side: instructions and callbacks, signed, within 15 s of wall time.
// Source: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides (defaults: a connection that
// cannot be made is tried once more, an answer never)
import type { Callback } from './call-parameters.ts'
import { signatureOf } from './signature.ts'

const TIMEOUT_MS = 15_000
const MAX_BODY_CHARACTERS = 64 * 1024

/** How a request went. `answered` is null where no answer came. */
export interface Answer {
  answered: number | null
  contentType: string
  body: string
  /** The URL that answered, after redirects. */
  url: string
}

export type Send = (to: Callback, parameters: Record<string, string>, signal: AbortSignal) => Promise<Answer>

/** Sends signed requests; a fault is an answer of null, not an exception. */
export const createSend =
  (authToken: string): Send =>
  async (to, parameters, signal) => {
    try {
      return await attempt(authToken, to, parameters, signal)
    } catch (error) {
      if (!isConnectionFault(error) || signal.aborted) return silent(to.url)
    }
    return attempt(authToken, to, parameters, signal).catch(() => silent(to.url))
  }

const attempt = async (
  authToken: string,
  { url, method }: Callback,
  parameters: Record<string, string>,
  signal: AbortSignal,
): Promise<Answer> => {
  const target = method === 'GET' ? withQuery(url, parameters) : url
  const form = method === 'GET' ? {} : parameters
  const headers = {
    'X-Twilio-Signature': signatureOf(authToken, target, form),
    'User-Agent': 'TwilioProxy/1.1',
    Accept: '*/*',
    // A kept connection to a process that has just died would fail more than one request.
    Connection: 'close',
  }
  const response = await fetch(target, {
    method,
    headers,
    ...(method === 'POST' && { body: new URLSearchParams(form) }),
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  })
  const body = (await response.text()).slice(0, MAX_BODY_CHARACTERS)
  const contentType = (response.headers.get('content-type') ?? '').split(';')[0] ?? ''
  return { answered: response.status, contentType: contentType.trim().toLowerCase(), body, url: response.url }
}

const silent = (url: string): Answer => ({ answered: null, contentType: '', body: '', url })

const withQuery = (url: string, parameters: Record<string, string>): string => {
  const target = new URL(url)
  for (const [name, value] of Object.entries(parameters)) target.searchParams.append(name, value)
  return target.href
}

const CONNECTION_FAULTS = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'])

const isConnectionFault = (error: unknown): boolean => {
  const cause = error instanceof Error ? (error.cause as { code?: string } | undefined) : undefined
  return CONNECTION_FAULTS.has(cause?.code ?? '') || cause?.code === 'UND_ERR_CONNECT_TIMEOUT'
}
