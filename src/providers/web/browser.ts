// One Chromium for all pages of a reader: started when a page first needs it, replaced when it grew old or died.
// B1  Nothing of it reaches the network but through the proxy of the page: the browser's own proxy is a name that does
//     not exist, names are not resolved, and what goes past proxies (UDP, QUIC, loopback) is switched off.
// B2  Each page has a context of its own. A page that takes too much memory loses its process; a browser that dies
//     costs the pages that were open in it, and the next page gets another browser.
// B3  Its commands go through a pipe: when this process dies, the pipe closes, and the browser ends itself.
import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'

import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'

import { messageOf } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { childWithArgument, processTree } from './process-tree.ts'
import type { ProcessMemory } from './process-tree.ts'
import { Stuck, renderPage } from './render.ts'
import type { PageRequest } from './render.ts'
import { createSlots } from './slots.ts'
import { Unreadable } from './unreadable.ts'

export interface PageBrowser {
  /** The page's HTML after its scripts ran, all of it fetched through `proxyUrl`. Throws `Unreadable`. */
  render: (url: string, proxyUrl: string, signal: AbortSignal) => Promise<string>
  /** Of the browser that runs now. */
  processId: () => number | null
  close: () => Promise<void>
}

interface BrowserDeps {
  /** The program, or `null` where there is none: then no page is rendered. */
  find: () => Promise<string | null>
  log: Log
  limits?: Partial<Limits>
}

interface Limits {
  openPages: number
  /** Pages after which a browser is replaced. */
  pages: number
  /** Of one process, which is one site of one page. */
  processBytes: number
  /** Of all its processes: more than the first while no page is open, and it is replaced; more than the second, ended. */
  idleBytes: number
  treeBytes: number
  settleMs: number
}

const MB = 1024 * 1024
const LIMITS: Limits = {
  openPages: 4,
  pages: 100,
  processBytes: 512 * MB,
  idleBytes: 800 * MB,
  treeBytes: 2048 * MB,
  settleMs: 8_000,
}
const LAUNCH_MS = 10_000
const CLOSE_MS = 3_000
const WATCH_MS = 250

interface Running {
  browser: Browser
  pid: number | null
  open: number
  served: number
}

const FLAGS = [
  // WebRTC would send UDP past the proxy. The whole browser knows the first name, the headless one only the second.
  '--webrtc-ip-handling-policy=disable_non_proxied_udp',
  '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
  // Only the proxy resolves names.
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
  '--disable-quic',
  '--no-pings',
  '--disable-domain-reliability',
  // A page's script may hold this much; it also bounds what a page can make the browser tell us.
  '--js-flags=--max-old-space-size=192',
]

// Playwright switches these protections off for the sake of tests.
const KEPT_PROTECTIONS = ['--disable-popup-blocking', '--disable-ipc-flooding-protection']

const launch = async (executablePath: string): Promise<Running> => {
  const mark = `--started-for=${randomUUID()}`
  const browser = await chromium.launch({
    executablePath,
    // Chromium refuses to start its sandbox as root. Anyone else has it, or has no browser.
    chromiumSandbox: process.getuid?.() !== 0,
    proxy: { server: 'http://nowhere.invalid:1' },
    args: [...FLAGS, mark],
    // Nothing of our own environment, where the credentials are.
    env: { HOME: tmpdir(), TMPDIR: tmpdir() },
    ignoreDefaultArgs: KEPT_PROTECTIONS,
    timeout: LAUNCH_MS,
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  })
  return { browser, pid: await childWithArgument(mark), open: 0, served: 0 }
}

/** A browser that is started when it is first needed. */
export const createBrowser = ({ find, log, limits }: BrowserDeps): PageBrowser => {
  const limit = { ...LIMITS, ...limits }
  const slots = createSlots(limit.openPages)
  let path: Promise<string | null> | null = null
  let running: Running | null = null
  let launching: Promise<Running> | null = null

  const start = async (): Promise<Running> => {
    path ??= find()
    const program = await path.catch((error: unknown) => {
      path = null
      throw error
    })
    if (program === null) throw new Unreadable('its text is made by scripts, and there is no browser to run them')
    const started = await launch(program)
    const watch = setInterval(() => void endExcess(started, limit), WATCH_MS)
    started.browser.once('disconnected', () => {
      clearInterval(watch)
      if (running === started) running = null
    })
    running = started
    log.info({ version: started.browser.version() }, 'browser started')
    return started
  }

  const acquire = async (): Promise<Running> => {
    if (running) return running
    launching ??= start().finally(() => (launching = null))
    return await launching
  }

  const release = async (used: Running): Promise<void> => {
    used.open -= 1
    used.served += 1
    if (running === used && (used.served >= limit.pages || (await memoryOf(used)) > limit.idleBytes))
      running = null
    if (running !== used && used.open === 0) void end(used)
  }

  const renderIn = async (used: Running, page: PageRequest): Promise<string> => {
    used.open += 1
    try {
      return await renderPage(used.browser, page)
    } catch (error) {
      if (error instanceof Stuck && running === used) running = null
      if (error instanceof Stuck) void end(used)
      throw error
    } finally {
      await release(used)
    }
  }

  return {
    render: async (url, proxyUrl, signal) => {
      const free = await slots.take(signal)
      try {
        return await renderIn(await acquire(), { url, proxyUrl, settleMs: limit.settleMs, signal })
      } catch (error) {
        if (error instanceof Unreadable || signal.aborted) throw error
        log.warn({ reason: messageOf(error).split('\n')[0] }, 'the browser failed on a page')
        throw new Unreadable('the browser failed on it')
      } finally {
        free()
      }
    },
    processId: () => running?.pid ?? null,
    close: async () => {
      const last = running ?? (await launching?.catch(() => null))
      running = null
      if (last) await end(last)
    },
  }
}

const memoryOf = async ({ open, pid }: Running): Promise<number> =>
  open > 0 || pid === null ? 0 : sum(await processTree(pid))

const sum = (tree: ProcessMemory[]): number => tree.reduce((bytes, process) => bytes + process.bytes, 0)

const endExcess = async ({ open, pid }: Running, limit: Limits): Promise<void> => {
  if (open === 0 || pid === null) return
  const tree = await processTree(pid)
  if (sum(tree) > limit.treeBytes) kill(pid)
  for (const process of tree) if (process.bytes > limit.processBytes) kill(process.pid)
}

/** Asks it to close, and does not wait for one that does not answer. */
const end = async ({ browser, pid }: Running): Promise<void> => {
  const timer = setTimeout(() => pid !== null && kill(pid), CLOSE_MS)
  await browser.close().catch(() => undefined)
  clearTimeout(timer)
}

const kill = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It is gone already.
  }
}
