import type { Collection, Db } from 'mongodb'

import type { Credits } from '../credits/credit.ts'

/** The document in `accounts`; its credits are changed by `credits/store.ts` alone. */
export interface Account extends Credits {
  _id: string
  name: string
  createdAt: Date
  /** Whether calls are recorded that do not say so themselves. */
  recordByDefault: boolean
}

export type AccountStore = ReturnType<typeof createAccountStore>

export const createAccountStore = (db: Db) => {
  const accounts: Collection<Account> = db.collection<Account>('accounts')
  return {
    insert: async (account: Account): Promise<void> => {
      await accounts.insertOne(account)
    },
    find: async (id: string): Promise<Account | null> => await accounts.findOne({ _id: id }),
  }
}
