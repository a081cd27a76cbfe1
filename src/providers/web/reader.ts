// Reads a stranger's website for the agent: by plain HTTP, and in a browser where that shows no text.
// R1  It costs at most its time (20 s in all), its bytes over the wire, and one bounded thread or browser page.
// R2  Whatever goes wrong is a value with its reason: a call never fails because of a website.
import type { WebsiteContext } from '../../calls/call.ts'
import { messageOf } from '../../errors.ts'
import type { WebsiteReader } from '../ports.ts'
import type { PageBrowser } from './browser.ts'
import type { Extract } from './extract.ts'
import { extractInThread } from './extraction.ts'
import { fetchDocument } from './plain.ts'
import { startFilteringProxy } from './proxy.ts'
import type { FilteringProxy, ProxyOptions } from './proxy.ts'
import { Unreadable } from './unreadable.ts'

interface ReaderDeps extends Pick<ProxyOptions, 'allowedHosts' | 'resolve' | 'log'> {
  browser: Pick<PageBrowser, 'render'>
  timeoutMs: number
}

const MAX_WIRE_BYTES = 20_000_000
const MAX_TITLE_CHARACTERS = 200
const MAX_TEXT_CHARACTERS = 6_000
const MIN_TEXT_CHARACTERS = 40
// A page with scripts and less text than this shows its header or its cookie notice, and the rest is built by script.
const WHOLE_TEXT_CHARACTERS = 200

/** Reads pages, each within `timeoutMs` and through a filtering proxy of its own. */
export const createWebsiteReader = ({ browser, timeoutMs, ...access }: ReaderDeps): WebsiteReader => {
  const render = async (url: string, proxy: FilteringProxy, signal: AbortSignal): Promise<Extract> =>
    await extractInThread(await browser.render(url, proxy.url, signal), signal)

  const readThrough = async (proxy: FilteringProxy, url: string, signal: AbortSignal): Promise<WebsiteContext> => {
    const document = await fetchDocument(url, proxy.url, signal)
    if (document.kind === 'text') return present({ title: '', text: document.body.trim() }, 'http')
    const plain = await extractInThread(document.body, signal)
    if (plain.text.length >= WHOLE_TEXT_CHARACTERS || !needsBrowser(document.body)) return present(plain, 'http')
    try {
      const rendered = await render(url, proxy, signal)
      if (rendered.text.length > plain.text.length) return present(rendered, 'browser')
    } catch (error) {
      if (plain.text.length < MIN_TEXT_CHARACTERS) throw error
    }
    return present(plain, 'http')
  }

  return {
    read: async (url, signal) => {
      const limit = AbortSignal.timeout(timeoutMs)
      const proxy = await startFilteringProxy({ ...access, maxBytes: MAX_WIRE_BYTES })
      try {
        return await readThrough(proxy, url, AbortSignal.any([signal, limit]))
      } catch (error) {
        if (limit.aborted) return { kind: 'unread', reason: `it took longer than ${timeoutMs / 1000} s` }
        if (proxy.isSpent()) return { kind: 'unread', reason: `it is larger than ${MAX_WIRE_BYTES / 1e6} MB` }
        return { kind: 'unread', reason: reasonOf(error) }
      } finally {
        await proxy.close()
      }
    },
  }
}

const needsBrowser = (html: string): boolean => /<script[\s>]|http-equiv=["']?refresh/i.test(html)

const present = ({ title, text }: Extract, by: 'http' | 'browser'): WebsiteContext => {
  if (text.length < MIN_TEXT_CHARACTERS) throw new Unreadable('the page has no text')
  return {
    kind: 'read',
    by,
    title: title.slice(0, MAX_TITLE_CHARACTERS),
    text: text.slice(0, MAX_TEXT_CHARACTERS),
  }
}

const reasonOf = (error: unknown): string => {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  return messageOf(cause).replace(/\s+/g, ' ').slice(0, 200)
}
