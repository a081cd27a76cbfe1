// What an account has paid for, and what its calls hold of it. One call costs one credit.
// K1  balance + Σ holds = bought − captured, at every moment.
// K2  A hold is settled once, by capture or release: both ask that it is there, and take it away. What was settled is
//     not remembered here, so a call is held by its acceptance alone, and a hold that comes too late for that is released.
// K3  A grant counts once, by its id, for ever: grants are never unset.
// K4  openCallsLeft + the number of holds is the account's cap on open calls, which bounds the document too. It is below
//     zero while more calls are open than a cap allows that was lowered since.
// K5  Live and test keys take from purses of their own: what is paid on a sandbox's page rings nobody.
// K6  today.spent + today.left is the account's cap on credits a day. A hold is spent on its day (UTC), and a release on the
//     same day gives it back. Days only go forward, whatever a process's clock says.
import type { Mode } from '../calls/call.ts'

/** What changed the number of credits for good; its id comes from what caused it. */
export interface LedgerEntry {
  kind: 'grant' | 'capture'
  /** The grant's id, or the call's. */
  cause: string
  /** Credits: positive for a grant, negative for a capture. */
  credits: number
  at: Date
}

/** What an operator caps; what is absent is as for everybody. */
export interface CreditLimits {
  openCalls?: number
  creditsPerDay?: number
}

/** The credits that were taken on one day. */
export interface Spending {
  /** `2026-01-31`, UTC. */
  day: string
  spent: number
  left: number
  /** Credits held since that day began, by call id. */
  held: Record<string, number>
}

/** The part of an account's document that counts credits. */
export interface Credits {
  bought: number
  captured: number
  balance: number
  /** Credits held by open calls, by call id. */
  holds: Record<string, number>
  /** Credits granted, by what caused it: `welcome`, a payment's id. */
  grants: Record<string, number>
  openCallsLeft: number
  limits?: CreditLimits
  /** The last day on which a call was placed. */
  today?: Spending
  /** Entries that may not have reached the ledger yet, by `ledgerId`. */
  unposted: Record<string, LedgerEntry>
}

export const WELCOME_CREDITS = 5
export const OPEN_CALLS_CAP = 50
/** Of an account that has no cap: nobody spends so much in a day, and it is counted all the same. */
const NO_DAILY_CAP = 1_000_000_000

/** How many calls an account may have open at once. */
export const openCallsCap = ({ limits }: Pick<Credits, 'limits'>): number => limits?.openCalls ?? OPEN_CALLS_CAP

/** How many credits an account may spend a day. */
export const dailyCap = ({ limits }: Pick<Credits, 'limits'>): number => limits?.creditsPerDay ?? NO_DAILY_CAP

/** The day of a moment as spending is counted: `2026-01-31`, UTC. */
export const dayOf = (moment: Date): string => moment.toISOString().slice(0, 10)

/** When the day of a moment is over. */
export const endOfDay = (moment: Date): Date => {
  const end = new Date(moment)
  end.setUTCHours(24, 0, 0, 0)
  return end
}

/** A day on which nothing was spent yet. */
export const newDay = (day: string, credits: Pick<Credits, 'limits'>): Spending => ({
  day,
  spent: 0,
  left: dailyCap(credits),
  held: {},
})

/** Where the credits of a mode are (K5): test keys' in the account's own document, live keys' in one beside it. */
export const purseOf = ({ accountId, mode }: { accountId: string; mode: Mode }): string =>
  mode === 'live' ? `${accountId}_live` : accountId

/** How an account's ledger entry is known: the same cause gives the same id, so that posting it twice changes nothing. */
export const ledgerId = (kind: LedgerEntry['kind'], cause: string): string => `${kind}_${cause}`

/** A new account's credits: none, until it is granted some. */
export const newCredits = (): Credits => ({
  bought: 0,
  captured: 0,
  balance: 0,
  holds: {},
  grants: {},
  openCallsLeft: OPEN_CALLS_CAP,
  unposted: {},
})

/** How many credits open calls hold. */
export const heldCredits = (credits: Pick<Credits, 'holds'>): number =>
  Object.values(credits.holds).reduce((sum, held) => sum + held, 0)

/** K1, K4 and K6, and nothing below zero that may not be. */
export const isBalanced = (credits: Credits): boolean =>
  credits.balance >= 0 &&
  credits.balance + heldCredits(credits) === credits.bought - credits.captured &&
  credits.openCallsLeft + Object.keys(credits.holds).length === openCallsCap(credits) &&
  (credits.today === undefined || isCounted(credits.today, dailyCap(credits)))

const isCounted = ({ spent, left, held }: Spending, cap: number): boolean =>
  spent + left === cap && spent >= Object.keys(held).length

/** Whether a call can hold a credit on a day, and if not, what stands against it. */
export type HoldVerdict = 'held_already' | 'too_many' | 'spent' | 'insufficient' | 'possible'

export const judgeHold = (credits: Credits, callId: string, day: string): HoldVerdict => {
  if (credits.holds[callId] !== undefined) return 'held_already'
  if (credits.openCallsLeft < 1) return 'too_many'
  if (spendingOn(day, credits).left < 1) return 'spent'
  return credits.balance < 1 ? 'insufficient' : 'possible'
}

/** What was spent on a day, or on a later one that has begun elsewhere. */
export const spendingOn = (day: string, credits: Pick<Credits, 'limits' | 'today'>): Spending =>
  credits.today && credits.today.day >= day ? credits.today : newDay(day, credits)
