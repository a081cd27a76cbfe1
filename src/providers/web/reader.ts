// Reads a stranger's website for the agent, over plain HTTP through the filtering proxy.
// R1  It costs at most its time (20 s in all), 2 MB of decompressed body, and one bounded thread.
// R2  Whatever goes wrong is a value with its reason: a call never fails because of a website.
import { TextDecoder } from 'node:util'
import { Worker } from 'node:worker_threads'

import { fetch, ProxyAgent } from 'undici'
import type { Response } from 'undici'

import type { WebsiteContext } from '../../calls/call.ts'
import { messageOf } from '../../errors.ts'
import type { WebsiteReader } from '../ports.ts'
import type { Extract } from './extract.ts'
import { REFUSAL_HEADER } from './proxy.ts'
import type { FilteringProxy } from './proxy.ts'

const MAX_BODY_BYTES = 2_000_000
const MAX_TEXT_CHARACTERS = 6_000
const MIN_TEXT_CHARACTERS = 40
const MAX_REDIRECTS = 5
const EXTRACT_MS = 3_000
const READABLE = /^(text\/html|application\/xhtml\+xml|text\/plain)\b/i
const USER_AGENT = 'ErrandBot/1.0 (reads one page before a phone call that its visitor asked for)'

class Unreadable extends Error {}

/** Reads pages through `proxy`, each within `timeoutMs`. */
export const createWebsiteReader = (proxy: FilteringProxy, timeoutMs: number): WebsiteReader => {
  const dispatcher = new ProxyAgent({ uri: proxy.url, connections: 8 })

  const fetchPage = async (url: string, signal: AbortSignal): Promise<Response> => {
    let target = new URL(url)
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      if (target.protocol !== 'http:' && target.protocol !== 'https:')
        throw new Unreadable(`it leads to a ${target.protocol} address`)
      const headers = { 'user-agent': USER_AGENT, accept: 'text/html, text/plain;q=0.5' }
      const response = await fetch(target, { dispatcher, signal, headers, redirect: 'manual' })
      const location = response.headers.get('location')
      if (response.status < 300 || response.status > 399 || location === null) return response
      await response.body?.cancel()
      target = new URL(location, target)
    }
    throw new Unreadable(`it redirects more than ${MAX_REDIRECTS} times`)
  }

  const read = async (url: string, signal: AbortSignal): Promise<WebsiteContext> => {
    const response = await fetchPage(url, signal)
    const type = response.headers.get('content-type') ?? ''
    if (!response.ok || !READABLE.test(type)) {
      await response.body?.cancel()
      const refusal = response.headers.get(REFUSAL_HEADER)
      throw new Unreadable(
        refusal ?? (response.ok ? `its type is ${type || 'unknown'}` : `HTTP ${response.status}`),
      )
    }
    const body = await readCapped(response, type)
    const page = /^text\/plain/i.test(type)
      ? { title: '', text: body.trim() }
      : await extractInThread(body, signal)
    if (page.text.length < MIN_TEXT_CHARACTERS) throw new Unreadable('the page has no text without its scripts')
    return { kind: 'read', title: page.title.slice(0, 200), text: page.text.slice(0, MAX_TEXT_CHARACTERS) }
  }

  return {
    read: async (url, signal) => {
      const limit = AbortSignal.timeout(timeoutMs)
      try {
        return await read(url, AbortSignal.any([signal, limit]))
      } catch (error) {
        if (limit.aborted) return { kind: 'unread', reason: `it took longer than ${timeoutMs / 1000} s` }
        return { kind: 'unread', reason: reasonOf(error) }
      }
    },
  }
}

const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  return messageOf(cause).replace(/\s+/g, ' ').slice(0, 200)
}

/** The body as text, cut after MAX_BODY_BYTES of what decompression yields; the connection is dropped there. */
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

const extractInThread = async (html: string, signal: AbortSignal): Promise<Extract> => {
  const thread = new Worker(new URL('./extract.ts', import.meta.url), {
    workerData: html,
    resourceLimits: { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 32 },
  })
  const limit = AbortSignal.any([signal, AbortSignal.timeout(EXTRACT_MS)])
  try {
    return await new Promise<Extract>((resolve, reject) => {
      thread.once('message', resolve)
      thread.once('error', reject)
      thread.once('exit', () => reject(new Unreadable('the page could not be parsed')))
      limit.addEventListener('abort', () => reject(new Unreadable('the page took too long to parse')))
    })
  } finally {
    await thread.terminate()
  }
}
