import { WELCOME_CREDITS, dayOf, newCredits, newDay, purseOf } from '../credits/credit.ts'
import { createCreditStore } from '../credits/store.ts'
import { newId } from '../ids.ts'
import type { Database } from '../providers/mongo.ts'
import { createAccountStore } from './store.ts'

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

    /** Whether the account's calls are recorded unless they say otherwise. */
    recordsByDefault: async (accountId: string): Promise<boolean> =>
      (await accounts.find(accountId))?.recordByDefault ?? true,
  }
}
