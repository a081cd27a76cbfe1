import type { Collection, Db } from 'mongodb'

import type { Mode } from '../calls/call.ts'

/** The document in `keys`: its id is the key's SHA-256, so the key itself is nowhere. */
export interface StoredKey {
  _id: string
  accountId: string
  mode: Mode
  createdAt: Date
  revokedAt: Date | null
}

export const createKeyStore = (db: Db) => {
  const keys: Collection<StoredKey> = db.collection<StoredKey>('keys')
  return {
    insert: async (key: StoredKey): Promise<void> => {
      await keys.insertOne(key)
    },

    /** A key that is known and not revoked. */
    findActive: async (hash: string): Promise<StoredKey | null> =>
      await keys.findOne({ _id: hash, revokedAt: null }),

    revoke: async (hash: string, now: Date): Promise<void> => {
      await keys.updateOne({ _id: hash, revokedAt: null }, { $set: { revokedAt: now } })
    },
  }
}
