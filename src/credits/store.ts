import type { Collection, Db, Document, Filter } from 'mongodb'

import { insertOnce } from '../insert.ts'
import { OPEN_CALLS_CAP, heldCredits, judgeHold, ledgerId, newCredits } from './credit.ts'
import type { Credits, LedgerEntry } from './credit.ts'

export type HoldResult =
  | { kind: 'held'; remaining: number }
  | { kind: 'insufficient'; remaining: number }
  | { kind: 'too_many' }

export type CreditStore = ReturnType<typeof createCreditStore>

type AccountCredits = Credits & { _id: string }
/** `accountId` is the purse's id. */
type StoredEntry = LedgerEntry & { _id: string; accountId: string }

/** Whether a grant counts now, counted before, or is for nobody. */
export type GrantResult = 'granted' | 'granted_before' | 'no_account'

export interface LedgerPage {
  limit: number
  /** The `ledgerId` of the entry before the first of the page. */
  startingAfter?: string
}

/**
 * Credits in the collection `accounts`: each step is one conditional update of one document (K1–K4 of credit.ts). An
 * `accountId` here is a purse's (K5).
 */
export const createCreditStore = (db: Db) => {
  const accounts: Collection<AccountCredits> = db.collection<AccountCredits>('accounts')
  const ledger: Collection<StoredEntry> = db.collection<StoredEntry>('ledger')

  const change = async (filter: Filter<AccountCredits>, update: Document): Promise<AccountCredits | null> =>
    await accounts.findOneAndUpdate(filter, update, { returnDocument: 'after' })

  const find = async (accountId: string): Promise<AccountCredits> => {
    const account = await accounts.findOne({ _id: accountId })
    if (!account) throw new Error(`account ${accountId} does not exist`)
    return account
  }

  /** Writes what is not in the ledger yet; an entry leaves `unposted` only when the ledger has it. */
  const post = async (account: AccountCredits): Promise<void> => {
    for (const [id, entry] of Object.entries(account.unposted)) {
      await ledger.updateOne(
        { _id: entryId(account._id, id) },
        { $setOnInsert: { ...entry, accountId: account._id } },
        { upsert: true },
      )
      await accounts.updateOne({ _id: account._id }, { $unset: { [`unposted.${id}`]: '' } })
    }
  }

  const settle = async (accountId: string, callId: string, update: Document): Promise<AccountCredits | null> => {
    const { $inc, ...others } = update
    return await change(
      { _id: accountId, [`holds.${callId}`]: { $exists: true } },
      {
        ...others,
        $unset: { [`holds.${callId}`]: '' },
        $inc: { ...$inc, openCallsLeft: 1 },
      },
    )
  }

  const entryId = (accountId: string, id: string): string => `${accountId}_${id}`

  const unposted = (kind: LedgerEntry['kind'], cause: string, credits: number, at: Date): Document => ({
    [`unposted.${ledgerId(kind, cause)}`]: { kind, cause, credits, at } satisfies LedgerEntry,
  })

  return {
    /** Holds one credit for a call; holding again for the same call changes nothing. `remaining` is the balance after it. */
    hold: async (accountId: string, callId: string): Promise<HoldResult> => {
      for (;;) {
        const held = await change(
          {
            _id: accountId,
            balance: { $gte: 1 },
            openCallsLeft: { $gte: 1 },
            [`holds.${callId}`]: { $exists: false },
          },
          { $inc: { balance: -1, openCallsLeft: -1 }, $set: { [`holds.${callId}`]: 1 } },
        )
        if (held) return { kind: 'held', remaining: held.balance }
        const account = await find(accountId)
        const verdict = judgeHold(account, callId)
        if (verdict === 'held_already') return { kind: 'held', remaining: account.balance }
        if (verdict === 'insufficient') return { kind: 'insufficient', remaining: account.balance }
        if (verdict === 'too_many') return { kind: 'too_many' }
        // It became possible between the two look-ups: another call was settled. Ask again.
      }
    },

    /** Takes a call's held credit for good; a second time, or after a release, changes nothing. */
    capture: async (accountId: string, callId: string): Promise<void> => {
      const account = await settle(accountId, callId, {
        $inc: { captured: 1 },
        $set: unposted('capture', callId, -1, new Date()),
      })
      if (account) await post(account)
    },

    /** Gives a call's held credit back; a second time, or after a capture, changes nothing. */
    release: async (accountId: string, callId: string): Promise<void> => {
      await settle(accountId, callId, { $inc: { balance: 1 } })
    },

    /** Adds credits once per `grantId`, such as a payment's; the same id again changes nothing. */
    grant: async (accountId: string, grantId: string, credits: number): Promise<GrantResult> => {
      const account = await change(
        { _id: accountId, [`grants.${grantId}`]: { $exists: false } },
        {
          $inc: { bought: credits, balance: credits },
          $set: { [`grants.${grantId}`]: credits, ...unposted('grant', grantId, credits, new Date()) },
        },
      )
      if (!account) return (await accounts.findOne({ _id: accountId })) ? 'granted_before' : 'no_account'
      await post(account)
      return 'granted'
    },

    /** Makes an empty purse; one that is there already stays as it is. */
    open: async (accountId: string): Promise<void> => {
      await insertOnce(accounts, { _id: accountId, ...newCredits() })
    },

    /** The account's credits that no call holds. */
    remaining: async (accountId: string): Promise<number> => (await find(accountId)).balance,

    /** What no call holds, and what open calls hold. */
    balance: async (accountId: string): Promise<{ balance: number; held: number }> => {
      const account = await find(accountId)
      return { balance: account.balance, held: heldCredits(account) }
    },

    /** Entries of the ledger, newest first; `null` if it has none of the id to start after. */
    listEntries: async (
      accountId: string,
      { limit, startingAfter }: LedgerPage,
    ): Promise<LedgerEntry[] | null> => {
      const filter: Filter<StoredEntry> = { accountId }
      if (startingAfter !== undefined) {
        const last = await ledger.findOne({ _id: entryId(accountId, startingAfter), accountId })
        if (!last) return null
        filter.$or = [{ at: { $lt: last.at } }, { at: last.at, _id: { $lt: last._id } }]
      }
      return await ledger.find(filter).sort({ at: -1, _id: -1 }).limit(limit).toArray()
    },

    ensureIndexes: async (): Promise<void> => {
      await ledger.createIndex({ accountId: 1, at: -1, _id: -1 })
    },

    /** Every credit that a call holds. */
    findHolds: async function* (): AsyncGenerator<{ accountId: string; callId: string }> {
      for await (const { _id, holds } of accounts.find({ openCallsLeft: { $lt: OPEN_CALLS_CAP } }))
        for (const callId of Object.keys(holds)) yield { accountId: _id, callId }
    },

    /** Writes what a process left unposted when it died; run now and then. */
    postPending: async (): Promise<void> => {
      for await (const account of accounts.find({ unposted: { $ne: {} } })) await post(account)
    },
  }
}
