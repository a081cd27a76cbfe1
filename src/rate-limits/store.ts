import type { Db } from 'mongodb'

/** The collection of all counts. */
export const RATE_LIMITS = 'rate_limits'

export type RateLimitStore = ReturnType<typeof createRateLimitStore>

/** The collection `rate_limits`: `limiter.ts` counts in it, and what it leaves behind is cleared away here. */
export const createRateLimitStore = (db: Db) => {
  const counts = db.collection<{ key: string; points: number; expire: Date }>(RATE_LIMITS)
  return {
    /** One count a key: without this two processes could each begin a window of their own. */
    ensureIndexes: async (): Promise<void> => {
      await counts.createIndex({ key: 1 }, { unique: true })
    },

    /** Forgets the windows that ended before `now`. */
    prune: async (now: Date): Promise<void> => {
      await counts.deleteMany({ expire: { $lt: now } })
    },
  }
}
