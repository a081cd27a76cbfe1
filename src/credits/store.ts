import type { Collection, Db, Document, Filter } from 'mongodb'

import { limitUpdate } from '../accounts/limit-update.ts'
import { insertOnce } from '../insert.ts'
import {
  dailyCap,
  dayOf,
  endOfDay,
  heldCredits,
  judgeHold,
  ledgerId,
  newCredits,
  newDay,
  openCallsCap,
  spendingOn,
} from './credit.ts'
import type { CreditLimits, Credits, LedgerEntry } from './credit.ts'

/** `most` is the account's cap. */
export type HoldResult =
  | { kind: 'held'; remaining: number }
  | { kind: 'insufficient'; remaining: number }
  | { kind: 'too_many'; most: number }
  | { kind: 'spent'; most: number; until: Date }

/** Caps to be changed; `null` takes one away. */
export type LimitChanges = { [K in keyof CreditLimits]?: number | null }

/** A purse as operators see it. */
export interface Standing {
  balance: number
  held: number
  openCalls: number
  openCallsCap: number
  spentToday: number
  /** `null`: there is no cap. */
  creditsPerDay: number | null
}

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

const ABSENT = { $exists: false }

const withoutNulls = (limits: LimitChanges): CreditLimits =>
  Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== null))

/**
 * Credits in the collection `accounts`: each step is one conditional update of one document (K1–K6 of credit.ts). An
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

  const settle = async (
    accountId: string,
    callId: string,
    update: Document,
    only: Filter<AccountCredits> = {},
  ): Promise<AccountCredits | null> => {
    const { $inc, ...others } = update
    return await change(
      { _id: accountId, [`holds.${callId}`]: { $exists: true }, ...only },
      {
        ...others,
        $unset: { [`holds.${callId}`]: '', [`today.held.${callId}`]: '' },
        $inc: { ...$inc, openCallsLeft: 1 },
      },
    )
  }

  /** Holds a credit if there is one and a call may be opened, and if the day is as `today` asks. */
  const take = async (
    accountId: string,
    callId: string,
    today: Filter<AccountCredits>,
    { $inc, $set }: { $inc?: Document; $set: Document },
  ): Promise<AccountCredits | null> =>
    await change(
      {
        _id: accountId,
        balance: { $gte: 1 },
        openCallsLeft: { $gte: 1 },
        [`holds.${callId}`]: { $exists: false },
        ...today,
      },
      {
        $inc: { ...$inc, balance: -1, openCallsLeft: -1 },
        $set: { ...$set, [`holds.${callId}`]: 1 },
      },
    )

  const takeToday = async (accountId: string, callId: string, day: string): Promise<AccountCredits | null> =>
    await take(
      accountId,
      callId,
      { 'today.day': { $gte: day }, 'today.left': { $gte: 1 } },
      { $inc: { 'today.spent': 1, 'today.left': -1 }, $set: { [`today.held.${callId}`]: 1 } },
    )

  /** The first of a day. What was read of the account must still be so. */
  const takeFirst = async (account: AccountCredits, callId: string, day: string): Promise<AccountCredits | null> =>
    await take(account._id, callId, asRead(account), {
      $set: { today: { day, spent: 1, left: dailyCap(account) - 1, held: { [callId]: 1 } } },
    })

  /** The day and the caps that an account had when it was read. */
  const asRead = ({ today, limits }: AccountCredits): Filter<AccountCredits> => ({
    'today.day': today?.day ?? ABSENT,
    'limits.openCalls': limits?.openCalls ?? ABSENT,
    'limits.creditsPerDay': limits?.creditsPerDay ?? ABSENT,
  })

  const entryId = (accountId: string, id: string): string => `${accountId}_${id}`

  const unposted = (kind: LedgerEntry['kind'], cause: string, credits: number, at: Date): Document => ({
    [`unposted.${ledgerId(kind, cause)}`]: { kind, cause, credits, at } satisfies LedgerEntry,
  })

  return {
    /** Holds one credit for a call; holding again for the same call changes nothing. `remaining` is the balance after it. */
    hold: async (accountId: string, callId: string, now = new Date()): Promise<HoldResult> => {
      const day = dayOf(now)
      for (;;) {
        const held = await takeToday(accountId, callId, day)
        if (held) return { kind: 'held', remaining: held.balance }
        const account = await find(accountId)
        const { balance } = account
        const verdict = judgeHold(account, callId, day)
        if (verdict === 'held_already') return { kind: 'held', remaining: balance }
        if (verdict === 'insufficient') return { kind: 'insufficient', remaining: balance }
        if (verdict === 'too_many') return { kind: 'too_many', most: openCallsCap(account) }
        if (verdict === 'spent') return { kind: 'spent', most: dailyCap(account), until: endOfDay(now) }
        const first = spendingOn(day, account) === account.today ? null : await takeFirst(account, callId, day)
        if (first) return { kind: 'held', remaining: first.balance }
        // It became possible between two look-ups: another call was settled, or was the first of the day. Ask again.
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
      const $inc = { balance: 1 }
      const heldToday = `today.held.${callId}`
      const back = { $inc: { ...$inc, 'today.spent': -1, 'today.left': 1 } }
      // Each asks what the other does not: a hold is never given back to a day that did not count it, nor kept from its own.
      if (!(await settle(accountId, callId, back, { [heldToday]: { $exists: true } })))
        await settle(accountId, callId, { $inc }, { [heldToday]: ABSENT })
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
      await insertOnce(accounts, { _id: accountId, ...newCredits(), today: newDay(dayOf(new Date()), {}) })
    },

    /** The account's credits that no call holds. */
    remaining: async (accountId: string): Promise<number> => (await find(accountId)).balance,

    /** Changes caps, from now on and for what was spent today; a cap that is not named stays. */
    limit: async (accountId: string, changes: LimitChanges): Promise<void> => {
      for (;;) {
        const account = await find(accountId)
        const limits = { ...account.limits, ...changes }
        const next = { limits: withoutNulls(limits) }
        const openCallsLeft = openCallsCap(next) - openCallsCap(account)
        const left = dailyCap(next) - dailyCap(account)
        const limited = await change(
          { _id: accountId, ...asRead(account) },
          {
            $inc: { openCallsLeft, ...(account.today && { 'today.left': left }) },
            ...limitUpdate(changes),
          },
        )
        if (limited) return
      }
    },

    /** How a purse stands on the day of `now`. */
    standing: async (accountId: string, now: Date): Promise<Standing> => {
      const account = await find(accountId)
      return {
        balance: account.balance,
        held: heldCredits(account),
        openCalls: Object.keys(account.holds).length,
        openCallsCap: openCallsCap(account),
        spentToday: spendingOn(dayOf(now), account).spent,
        creditsPerDay: account.limits?.creditsPerDay ?? null,
      }
    },

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
      for await (const { _id, holds } of accounts.find({ holds: { $ne: {} } }))
        for (const callId of Object.keys(holds)) yield { accountId: _id, callId }
    },

    /** Writes what a process left unposted when it died; run now and then. */
    postPending: async (): Promise<void> => {
      for await (const account of accounts.find({ unposted: { $ne: {} } })) await post(account)
    },
  }
}
