import type { Mode } from '../calls/call.ts'
import type { Database } from '../providers/mongo.ts'
import { hashSecret, isWellFormedSecret, newSecret } from './secret.ts'
import { createKeyStore } from './store.ts'

/** Whom a key speaks for. */
export interface Principal {
  accountId: string
  mode: Mode
  /** The start of the key's hash: tells keys apart in logs and limits, and opens nothing. */
  keyId: string
}

export type KeyService = ReturnType<typeof createKeyService>

export const createKeyService = (db: Database) => {
  const store = createKeyStore(db)
  return {
    /** Makes a key of an account; the secret is returned this once and only its hash is kept. */
    create: async (accountId: string, mode: Mode): Promise<string> => {
      const secret = newSecret(mode)
      await store.insert({ _id: hashSecret(secret), accountId, mode, createdAt: new Date(), revokedAt: null })
      return secret
    },

    /** Whom a secret speaks for; `null` for one that is malformed, unknown or revoked. */
    authenticate: async (secret: string): Promise<Principal | null> => {
      if (!isWellFormedSecret(secret)) return null
      const key = await store.findActive(hashSecret(secret))
      return key && { accountId: key.accountId, mode: key.mode, keyId: key._id.slice(0, 12) }
    },

    /** From now on the key is refused. */
    revoke: async (secret: string): Promise<void> => {
      await store.revoke(hashSecret(secret), new Date())
    },
  }
}
