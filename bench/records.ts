import { createAccountService } from '../src/accounts/service.ts'
import { createCreditStore } from '../src/credits/store.ts'
import { createKeyService } from '../src/keys/service.ts'
import type { Database } from '../src/providers/mongo.ts'

// So few that neither an account's cap of open calls nor a key's calls a minute are reached.
const CALLS_A_KEY = 10

/** A test key for each of `calls` calls, of new accounts with credits enough. */
export const createKeys = async (db: Database, calls: number): Promise<string[]> => {
  const accounts = createAccountService(db)
  const credits = createCreditStore(db)
  const secrets = createKeyService(db)
  const keys: string[] = []
  while (keys.length < calls) {
    const { accountId } = await accounts.create('Benchmark')
    await credits.grant(accountId, 'bench', CALLS_A_KEY)
    const key = await secrets.create(accountId, 'test')
    keys.push(...Array.from({ length: Math.min(CALLS_A_KEY, calls - keys.length) }, () => key))
  }
  return keys
}

/** Removes everything but the leases of the hosts that run: the embedded store is slower the more it holds. */
export const emptyStore = async (db: Database): Promise<void> => {
  for (const collection of await db.collections())
    if (collection.collectionName !== 'hosts') await collection.deleteMany({})
}
