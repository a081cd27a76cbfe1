// Extraction in a thread with limits of its own; some 30 MB each, so that only a few run at a time.
import { Worker } from 'node:worker_threads'

import type { Extract } from './extract.ts'
import { createSlots } from './slots.ts'
import { Unreadable } from './unreadable.ts'

const EXTRACT_MS = 6_000
const slots = createSlots(4)

/** Title and text of a page; throws `Unreadable` when it takes too much time or memory. */
export const extractInThread = async (html: string, signal: AbortSignal): Promise<Extract> => {
  const free = await slots.take(signal)
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
    free()
  }
}
