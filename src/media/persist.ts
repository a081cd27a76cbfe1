import { setTimeout as delay } from 'node:timers/promises'

import { messageOf } from '../errors.ts'
import type { Log } from '../log.ts'

const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 5_000

export interface PersistOptions {
  signal: AbortSignal
  log: Log
  /** What is being done, for the log. */
  what: string
}

/** Does something until it does not throw, waiting longer each time; `null` once the signal is aborted. */
export const persist = async <T>(
  act: () => Promise<T>,
  { signal, log, what }: PersistOptions,
): Promise<T | null> => {
  for (let waitMs = FIRST_WAIT_MS; !signal.aborted; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    try {
      return await act()
    } catch (error) {
      log.warn({ problem: messageOf(error) }, `${what} failed, and is tried again`)
      await delay(waitMs, undefined, { signal }).catch(() => undefined)
    }
  }
  return null
}
