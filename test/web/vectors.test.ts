// Every vector in real Chromium, with one browser for all of them: none reaches a private address.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isIP } from 'node:net'

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'

import { createLog } from '../../src/log.ts'
import { createBrowser } from '../../src/providers/web/browser.ts'
import { findChromium } from '../../src/providers/web/chromium.ts'
import { startFilteringProxy } from '../../src/providers/web/proxy.ts'
import { startCanary } from './canary.ts'
import { PAGES, SPELLINGS, pageWith, spellingsPage } from './vectors.ts'

const log = createLog('test', 'silent')
const browser = createBrowser({
  find: () => findChromium(process.env['CHROMIUM_PATH'] ?? null),
  log,
  // Time enough on a busy machine, where a page that did not get to its attack would prove nothing.
  limits: { openPages: 3, settleMs: 15_000 },
})
let canary: Awaited<ReturnType<typeof startCanary>>
let sitePort: number

/** What the proxy was asked to resolve, and which pages said that their script ran to its end. */
const resolved: string[] = []
const ran: string[] = []
const held = new Map<string, ServerResponse>()

const inside = (name: string) => ({
  at: `${name}.inside.test:${canary.port}`,
  literal: `127.0.0.1:${canary.port}`,
  port: canary.port,
})

const site = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://site')
  const [, folder, name = ''] = url.pathname.split('/')
  const html = (body: string) => response.writeHead(200, { 'content-type': 'text/html' }).end(body)
  const to = url.searchParams.get('to') ?? ''
  if (folder === 'page') html(pageWith(PAGES[name] ?? [], inside))
  else if (folder === 'spellings') html(spellingsPage(canary.port))
  else if (folder === 'redirect') response.writeHead(Number(name) || 302, { location: to }).end()
  else if (folder === 'refresh') response.writeHead(200, { refresh: `0;url=${to}` }).end()
  else if (folder === 'sw.js')
    response.writeHead(200, { 'content-type': 'text/javascript' }).end('fetch(location.search.slice(1))')
  else if (folder === 'hold') held.set(url.pathname.slice('/hold'.length), response)
  else if (folder === 'rest') {
    held.get(url.pathname.slice('/rest'.length))?.end()
    response.end()
  } else if (folder === 'ran') {
    ran.push(name)
    response.end()
  } else response.writeHead(404).end()
})

const resolve = async (name: string) => {
  resolved.push(name)
  return [{ address: isIP(name) ? name : '127.0.0.1' }]
}

const open = async (path: string): Promise<string> => {
  const allowedHosts = [`127.0.0.1:${sitePort}`]
  const proxy = await startFilteringProxy({ allowedHosts, maxBytes: 5_000_000, resolve, log })
  try {
    const url = new URL(path, `http://127.0.0.1:${sitePort}`).href
    return await browser.render(url, proxy.url, AbortSignal.timeout(28_000)).catch((error: Error) => error.message)
  } finally {
    await proxy.close()
  }
}

beforeAll(async () => {
  canary = await startCanary()
  site.listen(0, '127.0.0.1')
  await once(site, 'listening')
  sitePort = (site.address() as AddressInfo).port
})
afterEach(() => expect(canary.contacts).toEqual([]))
afterAll(async () => {
  await browser.close()
  expect(canary.contacts).toEqual([])
  site.closeAllConnections()
  site.close()
  canary.close()
})

/** Vectors of one page share its opening. */
const opened = new Map<string, Promise<string>>()
const openOnce = async (path: string): Promise<string> => {
  const opening = opened.get(path) ?? open(path)
  opened.set(path, opening)
  return await opening
}

const vectors = Object.entries(PAGES).flatMap(([page, list]) =>
  list.map(({ name, stoppedBy }) => ({ page, name, stoppedBy })),
)

describe.concurrent('a page does not get inside', () => {
  it.each(vectors)('by $name', async ({ page, name, stoppedBy }) => {
    await openOnce(`/page/${page}`)
    if (stoppedBy === 'proxy') expect(resolved).toContain(`${name}.inside.test`)
    else expect(ran).toContain(name)
  })
})

describe.concurrent('a page does not get inside when it spells the loopback', () => {
  it.each(SPELLINGS.map((spelling, index) => ({ spelling, index })))('$spelling', async ({ index }) => {
    await openOnce('/spellings')
    expect(ran).toContain(`spelling-${index}`)
  })
})

describe.concurrent('a document does not lead inside', () => {
  it.each([301, 302, 303, 307, 308])('by a %i redirect', async status => {
    const name = `redirect-${status}`
    expect(await open(`/redirect/${status}?to=http://${inside(name).at}/`)).toMatch(/not public/)
    expect(resolved).toContain(`${name}.inside.test`)
  })

  it('by a Refresh header', async () => {
    await open(`/refresh?to=http://${inside('refresh').at}/`)
    expect(resolved).toContain('refresh.inside.test')
  })

  it('by a redirect out of the web', async () => {
    expect(await open('/redirect/302?to=file:///etc/passwd')).not.toContain('root:')
  })
})

it.each(['file:///etc/passwd', 'view-source:file:///etc/passwd', 'chrome://version', 'data:text/html,text'])(
  'the browser gives nothing of %s, even when it is told to open it',
  async url =>
    expect(await open(url)).toMatch(/^(it leads out of the web|net::|ERR_|the page could not be opened)/),
)
