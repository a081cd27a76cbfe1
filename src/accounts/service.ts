import { WELCOME_CREDITS, dayOf, newCredits, newDay, purseOf } from '../credits/credit.ts'
import { createCreditStore } from '../credits/store.ts'
import { newId } from '../ids.ts'
import type { Database } from '../providers/mongo.ts'
import { createAccountStore } from './store.ts'
import type { Account, AccountLimits } from './store.ts'

/** Limits to be changed; `null` takes one away. */
export type AccountLimitChanges = { [K in Exclude<keyof AccountLimits, 'callingHours'>]?: number | null } & {
  callingHours?: boolean
}

export type AccountService = ReturnType<typeof createAccountService>

export const createAccountService = (db: Database) => {
  const accounts = createAccountStore(db)
  const credits = createCreditStore(db)
  return {
    /** Makes an account with its welcome credits for either kind of key, and recording on. */
    create: async (name: string): Promise<{ accountId: string; credits: number }> => {
      const accountId = newId('acc')
      const createdAt = new Date()
      await accounts.insert({
        _id: accountId,
        name,
        createdAt,
        recordByDefault: true,
        ...newCredits(),
        today: newDay(dayOf(createdAt), {}),
      })
      await credits.open(purseOf({ accountId, mode: 'live' }))
      for (const mode of ['test', 'live'] as const)
        await credits.grant(purseOf({ accountId, mode }), 'welcome', WELCOME_CREDITS)
      return { accountId, credits: WELCOME_CREDITS }
    },

    find: async (accountId: string): Promise<Account | null> => {
      const found = await accounts.find(accountId)
      // The purse of live calls is a document of the same collection.
      return found?.name === undefined ? null : found
    },

    /** Newest first. */
    list: accounts.list,

    /** Changes limits, for live and test calls alike; one that is not named stays. The account must be there. */
    limit: async (
      accountId: string,
      { openCalls, creditsPerDay, ...others }: AccountLimitChanges,
    ): Promise<void> => {
      const caps = {
        ...(openCalls !== undefined && { openCalls }),
        ...(creditsPerDay !== undefined && { creditsPerDay }),
      }
      for (const mode of ['test', 'live'] as const)
        if (Object.keys(caps).length > 0) await credits.limit(purseOf({ accountId, mode }), caps)
      if (Object.keys(others).length > 0) await accounts.setLimits(accountId, others)
    },
  }
}
