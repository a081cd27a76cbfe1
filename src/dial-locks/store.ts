import type { Collection, Db } from 'mongodb'

import { insertOnce } from '../insert.ts'
import type { DialLock } from './dial-lock.ts'

export type DialLockStore = ReturnType<typeof createDialLockStore>

/** The collection `dial_locks`: every change asks who holds the lock. */
export const createDialLockStore = (db: Db) => {
  const locks: Collection<DialLock> = db.collection<DialLock>('dial_locks')

  return {
    /** Takes a lock that nobody holds; false if somebody does. */
    insert: async (lock: DialLock): Promise<boolean> => await insertOnce(locks, lock),

    find: async (destination: string): Promise<DialLock | null> => await locks.findOne({ _id: destination }),

    /** Puts `next` in the place of `held`; false if that is not what is stored any more. */
    replace: async ({ _id, callId, expiresAt }: DialLock, next: DialLock): Promise<boolean> =>
      (await locks.findOneAndUpdate(
        { _id, callId, expiresAt },
        { $set: { callId: next.callId, expiresAt: next.expiresAt } },
      )) !== null,

    /** Gives a lock back, if `callId` holds it. */
    remove: async (destination: string, callId: string): Promise<void> => {
      await locks.deleteOne({ _id: destination, callId })
    },

    /** Forgets the locks that ended before `now`. */
    prune: async (now: Date): Promise<void> => {
      await locks.deleteMany({ expiresAt: { $lt: now } })
    },
  }
}
