// Counts that all processes share, in the store. Each is one conditional update, so that a limit is exact over any
// number of processes; one that is used up is remembered here until its window ends, and costs the store nothing.
import { RateLimiterMongo, RateLimiterRes } from 'rate-limiter-flexible'

import type { Database } from '../providers/mongo.ts'
import { CALLS_A_MINUTE, UNAUTHORIZED_A_MINUTE } from './rate-limit.ts'
import type { RateLimit, Standing } from './rate-limit.ts'
import { createNumberLimit } from './number-limit.ts'
import { RATE_LIMITS } from './store.ts'

export type Limiter = ReturnType<typeof createLimiter>

/** Counts what `limit` is about; throws what the store throws. */
export const createLimiter = (db: Database, limit: RateLimit) => {
  const { name, most, windowSeconds } = limit
  const limiter = new RateLimiterMongo({
    storeClient: db,
    tableName: RATE_LIMITS,
    keyPrefix: name,
    points: most,
    duration: windowSeconds,
    inMemoryBlockOnConsumed: most,
    // The store's own index would clear away by time, which the embedded one cannot.
    disableIndexesCreation: true,
  })

  const standing = (result: RateLimiterRes | null, isExceeded: boolean): Standing => ({
    limit,
    isExceeded,
    remaining: result?.remainingPoints ?? most,
    resetMs: result?.msBeforeNext ?? windowSeconds * 1000,
  })

  return {
    /** Counts one more of `key`. */
    count: async (key: string): Promise<Standing> => {
      try {
        return standing(await limiter.consume(key), false)
      } catch (refused) {
        if (refused instanceof RateLimiterRes) return standing(refused, true)
        throw refused
      }
    },

    /** Where `key` stands, without counting. */
    look: async (key: string): Promise<Standing> => standing(await limiter.get(key), false),
  }
}

/** The limits of the API. */
export const createRateLimits = (db: Database) => ({
  calls: createLimiter(db, CALLS_A_MINUTE),
  unauthorized: createLimiter(db, UNAUTHORIZED_A_MINUTE),
  toNumber: createNumberLimit(db),
})

export type RateLimits = ReturnType<typeof createRateLimits>
