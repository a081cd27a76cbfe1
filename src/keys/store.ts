import type { Collection, Db } from 'mongodb'

import type { Mode } from '../calls/call.ts'

/** The document in `keys`: its id is the key's SHA-256, so the key itself is nowhere. */
export interface StoredKey {
  _id: string
  accountId: string
  mode: Mode
  createdAt: Date
  revokedAt: Date | null
  /** When it ends by itself, because another one has taken its place. */
  expiresAt?: Date
}

/** Whether a key is accepted at a moment. */
export const isActive = ({ revokedAt, expiresAt }: StoredKey, now: Date): boolean =>
  revokedAt === null && (expiresAt === undefined || expiresAt > now)

export const createKeyStore = (db: Db) => {
  const keys: Collection<StoredKey> = db.collection<StoredKey>('keys')
  return {
    insert: async (key: StoredKey): Promise<void> => {
      await keys.insertOne(key)
    },

    find: async (hash: string): Promise<StoredKey | null> => await keys.findOne({ _id: hash }),

    /** The key whose hash begins with `start`. */
    findByStart: async (start: string): Promise<StoredKey | null> =>
      await keys.findOne({ _id: { $gte: start, $lt: `${start}g` } }),

    /** Oldest first. */
    list: async (accountId: string): Promise<StoredKey[]> =>
      await keys.find({ accountId }).sort({ createdAt: 1, _id: 1 }).toArray(),

    /** False if it was revoked before. */
    revoke: async (hash: string, now: Date): Promise<boolean> =>
      (await keys.updateOne({ _id: hash, revokedAt: null }, { $set: { revokedAt: now } })).matchedCount > 0,

    /** Has a key end by itself; false if it is revoked, or its end is set already. */
    expire: async (hash: string, expiresAt: Date): Promise<boolean> =>
      (
        await keys.updateOne(
          { _id: hash, revokedAt: null, expiresAt: { $exists: false } },
          { $set: { expiresAt } },
        )
      ).matchedCount > 0,
  }
}
