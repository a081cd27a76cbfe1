import { on, once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'

import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { createLog } from '../../src/log.ts'
import { createBrowser } from '../../src/providers/web/browser.ts'
import { findChromium } from '../../src/providers/web/chromium.ts'
import { processTree } from '../../src/providers/web/process-tree.ts'
import { createWebsiteReader } from '../../src/providers/web/reader.ts'

const log = createLog('test', 'silent')
const find = async () => await findChromium(process.env['CHROMIUM_PATH'] ?? null)
const browser = createBrowser({ find, log, limits: { settleMs: 4_000 } })
const TEXT = 'We cook over a wood fire, and are open every day but Monday. '

const built = (code: string): string =>
  `<html><head><title>Nopa</title></head><body><script>${code}</script></body></html>`
const write = `document.body.append('${TEXT}'.repeat(9));`

const pages: Record<string, string> = {
  '/built': built(write),
  '/late': built(
    `setTimeout(() => fetch('/data').then(it => it.text()).then(it => document.body.append(it)), 50)`,
  ),
  '/moves-on': built(`location = '/built'`),
  '/agent': built(`document.body.append('${TEXT}', navigator.userAgent)`),
  '/never-rests': built(`${write} setInterval(() => fetch('/data'), 100)`),
  '/tampers': built(`${write} String.prototype.slice = Object.prototype.toString = () => 'taken over'
    Object.defineProperty(document.documentElement, 'outerHTML', { get: () => 'taken over' })`),
  '/asks': built(`alert(1); confirm(2); prompt(3); print(); onbeforeunload = () => 'no'; ${write}`),
  '/permissions': built(`Promise.allSettled([Notification.requestPermission(),
    new Promise((yes, no) => navigator.geolocation.getCurrentPosition(yes, no)), navigator.mediaDevices.getUserMedia({ audio: true })])
    .then(it => document.body.append('${TEXT}', it[0].value, it[1].status, it[2].status))`),
  '/loop': built('for (;;);'),
  '/dialogs-for-ever': built('for (;;) { alert(1); confirm(2) }'),
  '/hog': built('const all = []; for (;;) all.push(new Uint8Array(1e7).fill(1))'),
  '/objects': built('const all = []; for (;;) all.push({ of: [all.length] })'),
  '/console': built(`const text = '\\0'.repeat(5e7); for (;;) console.log(text + Math.random())`),
  '/large': built(
    `${write} for (let i = 0; i < 9; i++) fetch('/endless', { mode: 'no-cors' }).then(it => it.arrayBuffer())`,
  ),
  '/bombed': `<html><head><link rel="stylesheet" href="/bomb"></head><body><script>${write}</script></body></html>`,
  '/slow': `<html><body><script>${write}</script><img src="/drip"></body></html>`,
}

const endless = (response: ServerResponse): void => {
  const chunk = 'x'.repeat(65_536)
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
  }
  response.on('drain', more)
  more()
}

const site = createServer((request, response) => {
  const path = request.url ?? ''
  if (path === '/data') response.end(TEXT.repeat(9))
  else if (path === '/endless') endless(response)
  else if (path === '/drip') response.writeHead(200, { 'content-type': 'image/png' }).write('x')
  else if (path === '/bomb')
    response
      .writeHead(200, { 'content-type': 'text/css', 'content-encoding': 'gzip' })
      .end(gzipSync(Buffer.alloc(3e8)))
  else response.writeHead(200, { 'content-type': 'text/html' }).end(pages[path])
})
let port: number

beforeAll(async () => {
  site.listen(0, '127.0.0.1')
  await once(site, 'listening')
  port = (site.address() as AddressInfo).port
})
afterAll(async () => {
  await browser.close()
  site.closeAllConnections()
  site.close()
})

const read = async (path: string, { timeoutMs = 20_000, by = browser } = {}) => {
  const reader = createWebsiteReader({ browser: by, timeoutMs, allowedHosts: [`127.0.0.1:${port}`], log })
  return await reader.read(`http://127.0.0.1:${port}${path}`, new AbortController().signal)
}

/** Until the browser, and not only the plain reader, asks the site for that page. */
const untilOpened = async (path: string): Promise<void> => {
  for await (const [request] of on(site, 'request') as AsyncIterable<[IncomingMessage]>)
    if (request.url === path && /Chrome/.test(request.headers['user-agent'] ?? '')) return
}

const isAlive = async (pid: number | null): Promise<boolean> => pid !== null && (await processTree(pid)).length > 0

describe.concurrent('in a browser', () => {
  it.each([
    ['is built by its script', '/built'],
    ['gets its text a moment later', '/late'],
    ['leads to another by script', '/moves-on'],
    ['never comes to rest', '/never-rests'],
    ['asks its visitor something', '/asks'],
    ['waits for a picture that does not come', '/slow'],
  ])('reads a page that %s', async (_what, path) => {
    const page = await read(path)
    expect(page).toMatchObject({ kind: 'read', by: 'browser' })
    expect(page.kind === 'read' && page.text).toContain(TEXT.trim())
  })

  it('says who it is', async () => {
    expect(await read('/agent')).toMatchObject({ text: expect.stringContaining('ErrandBot/1.0') })
  })

  it('grants no permission', async () => {
    expect(await read('/permissions')).toMatchObject({
      text: expect.stringMatching(/(denied|default)\s*rejected\s*rejected$/),
    })
  })

  it('reads what is on the page, whatever its scripts made of the language', async () => {
    const page = await read('/tampers')
    expect(page.kind === 'read' && page.text).toContain(TEXT.trim())
    expect(page.kind === 'read' && page.text).not.toContain('taken over')
  })

  it('takes no more bytes than a page may have', async () => {
    expect(await read('/large')).toMatchObject({ kind: 'read' })
  })
})

it.each(['/loop', '/dialogs-for-ever'])('leaves %s at its time limit, and reads the next page', async path => {
  expect(await read(path, { timeoutMs: 2_000 })).toEqual({ kind: 'unread', reason: 'it took longer than 2 s' })
  expect(await read('/built')).toMatchObject({ kind: 'read', by: 'browser' })
})

it.each(['/hog', '/objects'])('ends %s for its memory, without the browser', async path => {
  expect(await read(path)).toEqual({
    kind: 'unread',
    reason: 'the page took too much memory, or broke the browser',
  })
  expect(browser.processId()).not.toBe(null)
})

it.each(['/console', '/bombed'])('survives %s', async path => {
  await read(path)
  expect(await read('/built')).toMatchObject({ kind: 'read', by: 'browser' })
})

it('starts another browser when one has died, which costs the page that was open', async () => {
  await read('/built')
  const pid = browser.processId()!
  const lost = read('/loop')
  await untilOpened('/loop')
  process.kill(pid, 'SIGKILL')
  expect(await lost).toEqual({ kind: 'unread', reason: 'the browser failed on it' })
  expect(await read('/built')).toMatchObject({ kind: 'read', by: 'browser' })
  expect(browser.processId()).not.toBe(pid)
})

it.each([
  ['many pages', { pages: 1 }],
  ['much memory', { idleBytes: 1 }],
])('replaces a browser after %s', async (_what, limits) => {
  const own = createBrowser({ find, log, limits })
  expect(await read('/built', { by: own })).toMatchObject({ by: 'browser' })
  expect(own.processId()).toBe(null)
  expect(await read('/built', { by: own })).toMatchObject({ by: 'browser' })
  await own.close()
})

it('says so where there is no browser', async () => {
  const none = createBrowser({ find: async () => null, log })
  expect(await read('/built', { by: none })).toEqual({
    kind: 'unread',
    reason: 'its text is made by scripts, and there is no browser to run them',
  })
})

it('leaves no process behind when it is closed', async () => {
  const own = createBrowser({ find, log })
  await read('/built', { by: own })
  const pid = own.processId()
  expect(await isAlive(pid)).toBe(true)
  await own.close()
  expect(await isAlive(pid)).toBe(false)
})
