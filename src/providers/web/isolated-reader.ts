// A website reader in a thread of its own, started when a website is first read.
// I1  A thread that fails, or does not answer in time, costs the pages that it was reading; the next gets a new thread.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

import type { WebsiteContext } from '../../calls/call.ts'
import { messageOf } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { WebsiteReader } from '../ports.ts'
import type { ReaderAnswer, ReaderRequest, ReaderSettings } from './reader-thread.ts'

export interface IsolatedReader extends WebsiteReader {
  /** Ends the thread, and the browser with it. */
  close: () => Promise<void>
}

// The thread keeps the time itself; it is given this much more to say so.
const LATE_MS = 5_000
const CLOSE_MS = 5_000

interface Running {
  thread: Worker
  answers: Map<number, (context: WebsiteContext) => void>
}

const FAILED: WebsiteContext = { kind: 'unread', reason: 'the reader failed on it' }

/** Reads like the reader in it, without its work on the caller's event loop. */
export const createIsolatedReader = (settings: ReaderSettings, log: Log): IsolatedReader => {
  let running: Running | null = null
  let lastId = 0

  const start = (): Running => {
    const thread = new Worker(new URL('./reader-thread.ts', import.meta.url), {
      workerData: settings,
      resourceLimits: { maxOldGenerationSizeMb: 512 },
    })
    const started: Running = { thread, answers: new Map() }
    thread.on('message', ({ id, context }: ReaderAnswer) => started.answers.get(id)?.(context))
    thread.on('error', error => log.error({ reason: messageOf(error) }, 'the website reader failed'))
    thread.once('exit', () => {
      if (running === started) running = null
      for (const answer of started.answers.values()) answer(FAILED)
    })
    // A worker that has nothing else to do may end.
    thread.unref()
    return started
  }

  const ask = ({ thread }: Running, request: ReaderRequest): void => thread.postMessage(request)

  return {
    read: async (url, signal) => {
      running ??= start()
      const used = running
      const id = ++lastId
      const cancel = (): void => ask(used, { kind: 'cancel', id })
      const late = setTimeout(() => void used.thread.terminate(), settings.timeoutMs + LATE_MS)
      signal.addEventListener('abort', cancel, { once: true })
      try {
        return await new Promise<WebsiteContext>(resolve => {
          used.answers.set(id, resolve)
          ask(used, { kind: 'read', id, url })
          if (signal.aborted) cancel()
        })
      } finally {
        clearTimeout(late)
        signal.removeEventListener('abort', cancel)
        used.answers.delete(id)
      }
    },
    close: async () => {
      if (!running) return
      const { thread } = running
      const ended = once(thread, 'exit')
      ask(running, { kind: 'close' })
      const late = setTimeout(() => void thread.terminate(), CLOSE_MS)
      await ended
      clearTimeout(late)
    },
  }
}
