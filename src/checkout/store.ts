import { MongoServerError } from 'mongodb'
import type { Collection, Db } from 'mongodb'

import type { Mode } from '../calls/call.ts'
import type { Checkout } from './checkout.ts'

const DUPLICATE_KEY = 11_000

export type CheckoutStore = ReturnType<typeof createCheckoutStore>

/** The collection `checkouts`. */
export const createCheckoutStore = (db: Db) => {
  const checkouts: Collection<Checkout> = db.collection<Checkout>('checkouts')
  return {
    ensureIndexes: async (): Promise<void> => {
      await checkouts.createIndex({ accountId: 1, mode: 1, createdAt: -1 })
    },

    /** Stores a checkout; one that is there already stays as it is. */
    insert: async (checkout: Checkout): Promise<void> => {
      try {
        await checkouts.insertOne(checkout)
      } catch (error) {
        if (!(error instanceof MongoServerError) || error.code !== DUPLICATE_KEY) throw error
      }
    },

    find: async (id: string): Promise<Checkout | null> => await checkouts.findOne({ _id: id }),

    findLatest: async (accountId: string, mode: Mode): Promise<Checkout | null> =>
      await checkouts.findOne({ accountId, mode }, { sort: { createdAt: -1, _id: -1 } }),
  }
}
