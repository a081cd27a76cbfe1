import type { Collection, Db } from 'mongodb'

import { insertOnce } from '../insert.ts'
import { placeOf } from './entry.ts'
import type { DoNotCallEntry, ListOwner } from './entry.ts'

export type DoNotCallStore = ReturnType<typeof createDoNotCallStore>

/** The collection `do_not_call`. */
export const createDoNotCallStore = (db: Db) => {
  const entries: Collection<DoNotCallEntry> = db.collection<DoNotCallEntry>('do_not_call')

  const find = async (owner: ListOwner, toPhoneNumber: string): Promise<DoNotCallEntry | null> =>
    await entries.findOne({ _id: placeOf(owner, toPhoneNumber) })

  return {
    ensureIndexes: async (): Promise<void> => {
      await entries.createIndex({ accountId: 1, mode: 1, entryId: -1 })
    },

    find,

    /** Puts a number on its list; false if it is there already. */
    insert: async (entry: DoNotCallEntry): Promise<boolean> => await insertOnce(entries, entry),

    /** Takes a number off its list; false if it was not there. */
    remove: async (owner: ListOwner, toPhoneNumber: string): Promise<boolean> =>
      (await entries.deleteOne({ _id: placeOf(owner, toPhoneNumber) })).deletedCount > 0,

    /** Newest first; only what is older than `startingAfter`, an entry's id. */
    list: async (
      { accountId, mode }: ListOwner,
      { limit, startingAfter }: { limit: number; startingAfter?: string },
    ): Promise<DoNotCallEntry[]> =>
      await entries
        .find({ accountId, mode, ...(startingAfter === undefined ? {} : { entryId: { $lt: startingAfter } }) })
        .sort({ entryId: -1 })
        .limit(limit)
        .toArray(),
  }
}
