import { setTimeout as sleep } from 'node:timers/promises'

import type { Call } from '../calls/call.ts'
import type { CallStore } from '../calls/store.ts'
import { destinationOf, isDialKnown } from './dial-lock.ts'
import type { DialLock } from './dial-lock.ts'
import type { DialLockStore } from './store.ts'

export interface DialLockDeps {
  locks: DialLockStore
  calls: Pick<CallStore, 'find'>
}

const ASK_EVERY_MS = 100

export type DialLocks = ReturnType<typeof createDialLocks>

/** Lets one call at a time dial a number, until it is known what became of its dial (D1–D3 of dial-lock.ts). */
export const createDialLocks = ({ locks, calls }: DialLockDeps) => {
  const lockOf = ({ _id, mode, request }: Call, expiresAt: Date): DialLock => ({
    _id: destinationOf(mode, request.toPhoneNumber),
    callId: _id,
    expiresAt,
  })

  const take = async (lock: DialLock): Promise<boolean> => {
    if (await locks.insert(lock)) return true
    const held = await locks.find(lock._id)
    if (held === null) return await take(lock)
    const isOver = held.expiresAt.getTime() <= Date.now()
    if (held.callId === lock.callId && !isOver) return true
    return (isOver || isDialKnown(await calls.find(held.callId))) && (await locks.replace(held, lock))
  }

  return {
    /** Takes the lock of the call's number, waiting `withinMs` for it; false if another call still holds it then. */
    take: async (call: Call, { withinMs, forMs }: { withinMs: number; forMs: number }): Promise<boolean> => {
      const untilMs = Date.now() + withinMs
      while (!(await take(lockOf(call, new Date(Date.now() + forMs))))) {
        if (Date.now() >= untilMs) return false
        await sleep(ASK_EVERY_MS)
      }
      return true
    },

    /** Gives the lock back, if the call holds it. */
    release: async ({ _id, mode, request }: Call): Promise<void> =>
      await locks.remove(destinationOf(mode, request.toPhoneNumber), _id),
  }
}
