// The thread in which websites are read: proxy, parser and browser driver share no event loop with workflows.
import { parentPort, workerData } from 'node:worker_threads'

import type { WebsiteContext } from '../../calls/call.ts'
import { createLog } from '../../log.ts'
import { createBrowser } from './browser.ts'
import { findChromium } from './chromium.ts'
import { createWebsiteReader } from './reader.ts'

export interface ReaderSettings {
  allowedHosts: string[]
  /** A Chromium to use instead of looking for one. */
  chromiumPath: string | null
  timeoutMs: number
  processName: string
  logLevel: string
}

export type ReaderRequest =
  | { kind: 'read'; id: number; url: string }
  | { kind: 'cancel'; id: number }
  | { kind: 'close' }
export interface ReaderAnswer {
  id: number
  context: WebsiteContext
}

const serve = (port: NonNullable<typeof parentPort>, settings: ReaderSettings): void => {
  const log = createLog(settings.processName, settings.logLevel)
  const find = async (): Promise<string | null> => {
    const path = await findChromium(settings.chromiumPath)
    if (path === null)
      log.warn('no Chromium was found: websites are read by plain HTTP only, without their scripts')
    return path
  }
  const browser = createBrowser({ find, log })
  const reader = createWebsiteReader({ ...settings, browser, log })
  const cancels = new Map<number, AbortController>()

  const read = async (id: number, url: string): Promise<void> => {
    const cancel = new AbortController()
    cancels.set(id, cancel)
    const context = await reader.read(url, cancel.signal)
    cancels.delete(id)
    port.postMessage({ id, context } satisfies ReaderAnswer)
  }

  port.on('message', (request: ReaderRequest) => {
    if (request.kind === 'read') void read(request.id, request.url)
    else if (request.kind === 'cancel') cancels.get(request.id)?.abort()
    else void browser.close().finally(() => process.exit())
  })
}

if (parentPort) serve(parentPort, workerData as ReaderSettings)
