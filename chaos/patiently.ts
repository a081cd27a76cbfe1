import { setTimeout as sleep } from 'node:timers/promises'

const EVERY_MS = 300
const MOST = 100

/** What `read` gives, asked again for half a minute while it fails: the server may be being started again. */
export const patiently = async <T>(signal: AbortSignal, read: () => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries++) {
    try {
      return await read()
    } catch (error) {
      if (tries === MOST) throw error
      await sleep(EVERY_MS, undefined, { signal })
    }
  }
}
