// Renders one page in a context of its own, and takes its HTML when it has come to rest.
// D1  The HTML is taken in a world of its own, which the page's scripts do not reach.
// D2  A page ends with its context. A browser that does not let go of one in time is Stuck, and of no more use.
import { errors } from 'playwright-core'
import type { Browser, BrowserContext, Page } from 'playwright-core'

import { REFUSAL_HEADER } from './proxy.ts'
import { Unreadable } from './unreadable.ts'
import { browserUserAgent } from './user-agent.ts'

export interface PageRequest {
  url: string
  proxyUrl: string
  /** A page that still asks for more after this long is read as it is by then. */
  settleMs: number
  signal: AbortSignal
}

const MAX_HTML_CHARACTERS = 2_000_000
const ATTEMPTS = 3
const CLOSE_MS = 2_000

/** The browser did not close a page; whatever holds it dies only with the browser. */
export class Stuck extends Error {
  override readonly name = 'Stuck'
}

/** HTML of the page at `url` after its scripts ran; throws `Unreadable`, the signal's reason, or what the browser says. */
export const renderPage = async (browser: Browser, request: PageRequest): Promise<string> => {
  const context = await browser.newContext({
    proxy: { server: request.proxyUrl },
    userAgent: browserUserAgent(browser.version()),
    acceptDownloads: false,
    serviceWorkers: 'block',
    permissions: [],
  })
  try {
    return await unlessAborted(request.signal, openPage(context, request))
  } finally {
    await close(context)
  }
}

const close = async (context: BrowserContext): Promise<void> => {
  const limit = AbortSignal.timeout(CLOSE_MS)
  await unlessAborted(limit, context.close()).catch(error => {
    throw limit.aborted ? new Stuck('it did not close a page') : error
  })
}

const openPage = async (context: BrowserContext, request: PageRequest): Promise<string> => {
  const page = await context.newPage()
  context.on('page', popup => void popup.close().catch(() => undefined))
  const crashed = new Promise<never>((_resolve, reject) =>
    page.once('crash', () => reject(new Unreadable('the page took too much memory, or broke the browser'))),
  )
  crashed.catch(() => undefined)
  return await Promise.race([crashed, settle(page, request).then(async () => await takeHtml(context, page))])
}

const settle = async (page: Page, { url, settleMs }: PageRequest): Promise<void> => {
  try {
    const response = await page.goto(url, { waitUntil: 'networkidle', timeout: settleMs })
    if (response && !response.ok())
      throw new Unreadable(response.headers()[REFUSAL_HEADER] ?? `HTTP ${response.status()}`)
  } catch (error) {
    if (error instanceof Unreadable || !page.context().browser()?.isConnected()) throw error
    if (!(error instanceof errors.TimeoutError)) throw new Unreadable(navigationReason(error))
  }
}

const navigationReason = (error: unknown): string =>
  /net::(ERR_\w+)/.exec(String(error))?.[1] ?? 'the page could not be opened'

const TAKE = `/^https?:$/.test(location.protocol) ? document.documentElement.outerHTML.slice(0, ${MAX_HTML_CHARACTERS}) : null`

const takeHtml = async (context: BrowserContext, page: Page): Promise<string> => {
  const devtools = await context.newCDPSession(page)
  for (let attempt = 1; ; attempt++)
    try {
      const { frameTree } = await devtools.send('Page.getFrameTree')
      const world = await devtools.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id })
      const { result } = await devtools.send('Runtime.evaluate', {
        contextId: world.executionContextId,
        expression: TAKE,
        returnByValue: true,
      })
      if (typeof result.value !== 'string') throw new Unreadable('it leads out of the web')
      return result.value
    } catch (error) {
      // The page may have moved on in between.
      if (error instanceof Unreadable || attempt === ATTEMPTS) throw error
      await page.waitForLoadState()
    }
}

const unlessAborted = async <T>(signal: AbortSignal, promise: Promise<T>): Promise<T> => {
  const aborted = new Promise<never>((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason as Error)
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })
  promise.catch(() => undefined)
  return await Promise.race([aborted, promise])
}
