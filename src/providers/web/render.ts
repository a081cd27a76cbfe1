// Renders one page in a context of its own, and takes its HTML when it has come to rest.
// D1  The HTML is taken in a world of its own, which the page's scripts do not reach.
// D2  The page is left behind within CLOSE_MS whatever it does; what still hangs then dies with its context or browser.
import { errors } from 'playwright-core'
import type { Browser, BrowserContext, Page } from 'playwright-core'

import { REFUSAL_HEADER } from './proxy.ts'
import { Unreadable } from './unreadable.ts'
import { browserUserAgent } from './user-agent.ts'

export interface PageRequest {
  url: string
  proxyUrl: string
  signal: AbortSignal
}

const MAX_HTML_CHARACTERS = 2_000_000
// A page that keeps asking for more is read as it is by then.
const SETTLE_MS = 8_000
const ATTEMPTS = 3

/** HTML of the page at `url` after its scripts ran; throws `Unreadable`, the signal's reason, or what the browser says. */
export const renderPage = async (browser: Browser, { url, proxyUrl, signal }: PageRequest): Promise<string> => {
  const context = await browser.newContext({
    proxy: { server: proxyUrl },
    userAgent: browserUserAgent(browser.version()),
    acceptDownloads: false,
    serviceWorkers: 'block',
    permissions: [],
  })
  try {
    return await unlessAborted(signal, openPage(context, url))
  } finally {
    await context.close()
  }
}

const openPage = async (context: BrowserContext, url: string): Promise<string> => {
  const page = await context.newPage()
  context.on('page', popup => void popup.close().catch(() => undefined))
  const crashed = new Promise<never>((_resolve, reject) =>
    page.once('crash', () => reject(new Unreadable('the page took too much memory, or broke the browser'))),
  )
  crashed.catch(() => undefined)
  return await Promise.race([crashed, settle(page, url).then(async () => await takeHtml(context, page))])
}

const settle = async (page: Page, url: string): Promise<void> => {
  try {
    const response = await page.goto(url, { waitUntil: 'networkidle', timeout: SETTLE_MS })
    if (response && !response.ok())
      throw new Unreadable(response.headers()[REFUSAL_HEADER] ?? `HTTP ${response.status()}`)
  } catch (error) {
    if (error instanceof Unreadable) throw error
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
