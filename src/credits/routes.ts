import { toSecond } from '../calls/present.ts'
import { AppError } from '../errors.ts'
import { defineRoute } from '../http/route.ts'
import type { Route } from '../http/route.ts'
import { ledgerId, purseOf } from './credit.ts'
import type { LedgerEntry } from './credit.ts'
import { creditsAnswer, creditsQuery } from './schema.ts'
import type { CreditStore } from './store.ts'

/** The objective API's operations on credits. */
export const creditRoutes = (credits: Pick<CreditStore, 'balance' | 'listEntries'>): Route[] => [
  defineRoute({
    method: 'GET',
    path: '/api/v1/credits',
    operationId: 'getCredits',
    tag: 'Credits',
    summary: 'Read the credits',
    description:
      'The credits of the account and mode of the key, and the ledger of what changed them. Live and test keys have credits of their own. A call that finds none is answered 402 with `buy_credits_url`, a page on which ten are bought.',
    query: creditsQuery,
    response: { status: 200, description: 'The credits, and a page of the ledger.', schema: creditsAnswer },
    errors: ['validation_error'],
    handle: async ({ principal, query }) => {
      const purse = purseOf(principal)
      const startingAfter = query.starting_after
      const [standing, entries] = await Promise.all([
        credits.balance(purse),
        credits.listEntries(purse, {
          limit: query.limit + 1,
          ...(startingAfter !== undefined && { startingAfter }),
        }),
      ])
      if (!entries) throw noSuchEntry()
      return {
        data: { ...standing, entries: entries.slice(0, query.limit).map(presentEntry) },
        has_more: entries.length > query.limit,
      }
    },
  }),
]

const presentEntry = ({ kind, cause, credits, at }: LedgerEntry) => ({
  id: ledgerId(kind, cause),
  kind,
  credits,
  cause,
  created_at: toSecond(at),
})

const noSuchEntry = (): AppError =>
  new AppError(
    'validation_error',
    "Invalid value of field 'starting_after'. Expected the id of an entry of this list, like grant_welcome",
  )
