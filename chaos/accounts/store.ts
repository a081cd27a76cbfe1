// What the store holds of an account, read past the code under test.
import type { Db } from 'mongodb'

import type { Call } from '../../src/calls/call.ts'
import type { Credits } from '../../src/credits/credit.ts'

export type StoredAccount = Credits & { _id: string }
export interface StoredEntry {
  _id: string
  accountId: string
  kind: string
  cause: string
  credits: number
}
export interface StoreAccount {
  account: StoredAccount | null
  calls: Call[]
  ledger: StoredEntry[]
}

export const readAccount = async (db: Db, accountId: string): Promise<StoredAccount | null> =>
  await db.collection<StoredAccount>('accounts').findOne({ _id: accountId })

/** Everything that belongs to an account. */
export const readStore = async (db: Db, accountId: string): Promise<StoreAccount> => {
  const [account, calls, ledger] = await Promise.all([
    readAccount(db, accountId),
    db.collection<Call>('calls').find({ accountId }).toArray(),
    db.collection<StoredEntry>('ledger').find({ accountId }).toArray(),
  ])
  return { account, calls, ledger }
}

/** Forgets an account that was checked: the embedded store reads whole collections. */
export const forget = async (db: Db, accountId: string, callIds: readonly string[]): Promise<void> => {
  const ids = [...callIds]
  await db.collection<{ _id: string }>('conversations').deleteMany({ _id: { $in: ids } })
  await db.collection('calls').deleteMany({ accountId })
  await db.collection('ledger').deleteMany({ accountId })
  await db.collection('keys').deleteMany({ accountId })
  await db.collection<{ _id: string }>('idempotency').deleteMany({ _id: { $regex: `^${accountId}/` } })
  await db.collection('checkouts').deleteMany({ accountId })
  await db.collection<{ _id: string }>('accounts').deleteMany({ _id: { $in: [accountId, `${accountId}_live`] } })
}
