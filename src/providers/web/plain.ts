// Fetches one document over plain HTTP through the filtering proxy, following redirects itself.
import { TextDecoder } from 'node:util'

import { fetch, ProxyAgent } from 'undici'
import type { Response } from 'undici'

import { REFUSAL_HEADER } from './proxy.ts'
import { Unreadable } from './unreadable.ts'
import { USER_AGENT } from './user-agent.ts'

export interface PlainDocument {
  kind: 'html' | 'text'
  body: string
}

const MAX_BODY_BYTES = 2_000_000
const MAX_REDIRECTS = 5
const READABLE = /^(text\/html|application\/xhtml\+xml|text\/plain)\b/i

/** The document at `url`, cut after 2 MB; throws `Unreadable` for what is no page to read. */
export const fetchDocument = async (
  url: string,
  proxyUrl: string,
  signal: AbortSignal,
): Promise<PlainDocument> => {
  const dispatcher = new ProxyAgent({ uri: proxyUrl })
  try {
    const response = await follow(url, dispatcher, signal)
    const type = response.headers.get('content-type') ?? ''
    const refusal = response.headers.get(REFUSAL_HEADER)
    if (!response.ok) throw new Unreadable(refusal ?? `HTTP ${response.status}`)
    if (!READABLE.test(type)) throw new Unreadable(`its type is ${type || 'unknown'}`)
    const body = await readCapped(response, type)
    return { kind: /^text\/plain/i.test(type) ? 'text' : 'html', body }
  } finally {
    // Whatever was not read is not wanted.
    await dispatcher.destroy()
  }
}

const follow = async (url: string, dispatcher: ProxyAgent, signal: AbortSignal): Promise<Response> => {
  const headers = { 'user-agent': USER_AGENT, accept: 'text/html, text/plain;q=0.5' }
  let target = new URL(url)
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    if (target.protocol !== 'http:' && target.protocol !== 'https:')
      throw new Unreadable(`it leads to a ${target.protocol} address`)
    const response = await fetch(target, { dispatcher, signal, headers, redirect: 'manual' })
    const location = response.headers.get('location')
    if (response.status < 300 || response.status > 399 || location === null) return response
    await response.body?.cancel()
    target = new URL(location, target)
  }
  throw new Unreadable(`it redirects more than ${MAX_REDIRECTS} times`)
}

/** The body as text, cut after MAX_BODY_BYTES of what decompression yields. */
const readCapped = async (response: Response, type: string): Promise<string> => {
  const chunks: Uint8Array[] = []
  let bytes = 0
  if (response.body)
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes >= MAX_BODY_BYTES) break
    }
  return decoder(type).decode(Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES))
}

const decoder = (type: string): TextDecoder => {
  try {
    return new TextDecoder(/charset="?([\w-]+)/i.exec(type)?.[1] ?? 'utf-8')
  } catch {
    return new TextDecoder()
  }
}
