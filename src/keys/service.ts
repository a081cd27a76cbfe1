import type { Mode } from '../calls/call.ts'
import type { Database } from '../providers/mongo.ts'
import { hashSecret, isKeyId, isWellFormedSecret, keyIdOf, newSecret } from './secret.ts'
import { createKeyStore, isActive } from './store.ts'
import type { StoredKey } from './store.ts'

/** Whom a key speaks for. */
export interface Principal {
  accountId: string
  mode: Mode
  /** The start of the key's hash: tells keys apart in logs and limits, and opens nothing. */
  keyId: string
}

/** What becomes of a rotation; `ends` is when the old key ends. */
export type Rotation =
  | { kind: 'rotated'; secret: string; ends: Date }
  | { kind: 'no_key' }
  /** It is revoked, or was rotated before. */
  | { kind: 'ends_already'; key: StoredKey }

export type KeyService = ReturnType<typeof createKeyService>

export const createKeyService = (db: Database) => {
  const store = createKeyStore(db)

  const create = async (accountId: string, mode: Mode): Promise<string> => {
    const secret = newSecret(mode)
    await store.insert({ _id: hashSecret(secret), accountId, mode, createdAt: new Date(), revokedAt: null })
    return secret
  }

  const find = async (keyId: string): Promise<StoredKey | null> =>
    isKeyId(keyId) ? await store.findByStart(keyId) : null

  return {
    /** Makes a key of an account; the secret is returned this once and only its hash is kept. */
    create,

    /** Whom a secret speaks for; `null` for one that is malformed, unknown, revoked or has ended. */
    authenticate: async (secret: string): Promise<Principal | null> => {
      if (!isWellFormedSecret(secret)) return null
      const key = await store.find(hashSecret(secret))
      if (!key || !isActive(key, new Date())) return null
      return { accountId: key.accountId, mode: key.mode, keyId: keyIdOf(key._id) }
    },

    /** The key with this id. */
    find,

    /** All keys of an account, oldest first. */
    list: store.list,

    /** Makes a key in the place of another one, which ends `overlapMs` later. */
    rotate: async (keyId: string, overlapMs: number): Promise<Rotation> => {
      const key = await find(keyId)
      if (!key) return { kind: 'no_key' }
      if (key.revokedAt || key.expiresAt) return { kind: 'ends_already', key }
      // The new one first: a crash in between leaves a key too many, and never none.
      const secret = await create(key.accountId, key.mode)
      const ends = new Date(Date.now() + overlapMs)
      if (await store.expire(key._id, ends)) return { kind: 'rotated', secret, ends }
      await store.revoke(hashSecret(secret), new Date())
      return { kind: 'ends_already', key: (await find(keyId)) ?? key }
    },

    /** From now on the key is refused; false if it was before. The key must be there. */
    revoke: async (keyId: string): Promise<boolean> => {
      const key = await find(keyId)
      return key !== null && (await store.revoke(key._id, new Date()))
    },
  }
}
