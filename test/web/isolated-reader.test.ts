import { spawn } from 'node:child_process'
import { on, once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'

import { createLog } from '../../src/log.ts'
import { createIsolatedReader } from '../../src/providers/web/isolated-reader.ts'
import { processTree } from '../../src/providers/web/process-tree.ts'

const TEXT = 'We cook over a wood fire, and are open every day but Monday. '
const log = createLog('test', 'silent')

const site = createServer((request, response) => {
  response.writeHead(200, { 'content-type': 'text/html' })
  if (request.url === '/loop') response.end('<html><body><script>for (;;);</script></body></html>')
  else if (request.url === '/hangs') response.flushHeaders()
  else response.end(`<html><body><script>document.body.append('${TEXT}'.repeat(9))</script></body></html>`)
})
let origin: string

beforeAll(async () => {
  site.listen(0, '127.0.0.1')
  await once(site, 'listening')
  origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
})
afterAll(() => {
  site.closeAllConnections()
  site.close()
})

const settings = () => ({
  allowedHosts: [new URL(origin).host],
  chromiumPath: process.env['CHROMIUM_PATH'] ?? null,
  timeoutMs: 20_000,
  processName: 'test',
  logLevel: 'silent',
})

it('reads in a thread of its own, and takes the browser with it when it is closed', async () => {
  const reader = createIsolatedReader(settings(), log)
  expect(await reader.read(`${origin}/`, new AbortController().signal)).toMatchObject({ by: 'browser' })
  const browsers = (await processTree(process.pid)).length
  await reader.close()
  expect((await processTree(process.pid)).length).toBeLessThan(browsers)
})

it('stops reading when it is told to, and reads on', async () => {
  const reader = createIsolatedReader(settings(), log)
  const stop = new AbortController()
  site.once('request', () => stop.abort())
  expect(await reader.read(`${origin}/hangs`, stop.signal)).toMatchObject({ kind: 'unread' })
  expect(await reader.read(`${origin}/hangs`, AbortSignal.abort())).toMatchObject({ kind: 'unread' })
  await reader.close()
})

it('answers what was being read when it is closed', async () => {
  const reader = createIsolatedReader(settings(), log)
  const asked = once(site, 'request')
  const reading = reader.read(`${origin}/hangs`, new AbortController().signal)
  await asked
  await reader.close()
  expect(await reading).toEqual({ kind: 'unread', reason: 'the reader failed on it' })
})

/** Until the browser, and not only the plain reader, asks the site for that page. */
const untilOpened = async (path: string): Promise<void> => {
  for await (const [request] of on(site, 'request') as AsyncIterable<[IncomingMessage]>)
    if (request.url === path && /Chrome/.test(request.headers['user-agent'] ?? '')) return
}

/** Resolves when the process is gone; whoever does not collect dead children leaves zombies, which count as gone. */
const untilGone = async (pid: number): Promise<void> => {
  for (;;) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => null)
    if (status === null || /^State:\s+[ZX]/m.test(status)) return
  }
}

it('leaves no browser behind when its process is killed, even with a page that never yields', async () => {
  const told = JSON.stringify({ url: `${origin}/loop`, settings: settings() })
  const script = join(import.meta.dirname, 'reading-process.ts')
  const killed = spawn(process.execPath, [script, told], { stdio: 'ignore' })
  onTestFinished(() => void killed.kill('SIGKILL'))
  await untilOpened('/loop')
  const [self, ...browser] = (await processTree(killed.pid!)).map(({ pid }) => pid)
  expect(browser.length).toBeGreaterThan(3)
  process.kill(self!, 'SIGKILL')
  await Promise.all(browser.map(untilGone))
})
