import type { Collection, Db } from 'mongodb'

import type { CreditLimits, Credits } from '../credits/credit.ts'
import { limitUpdate } from './limit-update.ts'

/** What an operator may limit; what is absent is as for everybody. The first two count for live and for test calls alike. */
export interface AccountLimits extends CreditLimits {
  /** Default: no limit. */
  callsPerNumberPerHour?: number
  /** Whether calls wait for calling hours at the callee's place. Default: they do not. */
  callingHours?: boolean
}

/** The document in `accounts`; its credits are changed by `credits/store.ts` alone. */
export interface Account extends Credits {
  _id: string
  name: string
  createdAt: Date
  /** Whether calls are recorded that do not say so themselves. */
  recordByDefault: boolean
  limits?: AccountLimits
}

export type AccountStore = ReturnType<typeof createAccountStore>

export const createAccountStore = (db: Db) => {
  const accounts: Collection<Account> = db.collection<Account>('accounts')
  return {
    insert: async (account: Account): Promise<void> => {
      await accounts.insertOne(account)
    },
    /** Newest first. */
    list: async (limit: number): Promise<Account[]> =>
      await accounts
        .find({ name: { $exists: true } })
        .sort({ createdAt: -1, _id: -1 })
        .limit(limit)
        .toArray(),

    setLimits: async (
      id: string,
      limits: Pick<AccountLimits, 'callingHours'> & { callsPerNumberPerHour?: number | null },
    ): Promise<void> => {
      await accounts.updateOne({ _id: id }, limitUpdate(limits))
    },

    find: async (id: string): Promise<Account | null> => await accounts.findOne({ _id: id }),
  }
}
