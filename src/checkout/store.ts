import type { Collection, Db } from 'mongodb'

import type { Mode } from '../calls/call.ts'
import { insertOnce } from '../insert.ts'
import type { Checkout } from './checkout.ts'

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
      await insertOnce(checkouts, checkout)
    },

    find: async (id: string): Promise<Checkout | null> => await checkouts.findOne({ _id: id }),

    findLatest: async (accountId: string, mode: Mode): Promise<Checkout | null> =>
      await checkouts.findOne({ accountId, mode }, { sort: { createdAt: -1, _id: -1 } }),
  }
}
