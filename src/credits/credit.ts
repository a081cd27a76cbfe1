// What an account has paid for, and what its calls hold of it. One call costs one credit.
// K1  balance + Σ holds = bought − captured, at every moment.
// K2  A hold is settled once, by capture or release: both ask that it is there, and take it away. What was settled is
//     not remembered here, so a call is held by its acceptance alone, and a hold that comes too late for that is released.
// K3  A grant counts once, by its id, for ever: grants are never unset.
// K4  openCallsLeft + the number of holds is constant: it caps how many calls an account has open, and the document.
// K5  Live and test keys take from purses of their own: what is paid on a sandbox's page rings nobody.
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
  /** Entries that may not have reached the ledger yet, by `ledgerId`. */
  unposted: Record<string, LedgerEntry>
}

export const WELCOME_CREDITS = 5
export const OPEN_CALLS_CAP = 50

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

/** K1 and K4, and nothing below zero. */
export const isBalanced = (credits: Credits): boolean =>
  credits.balance >= 0 &&
  credits.openCallsLeft >= 0 &&
  credits.balance + heldCredits(credits) === credits.bought - credits.captured &&
  credits.openCallsLeft + Object.keys(credits.holds).length === OPEN_CALLS_CAP

/** Whether a call can hold a credit, and if not, what stands against it. */
export type HoldVerdict = 'held_already' | 'too_many' | 'insufficient' | 'possible'

export const judgeHold = (credits: Credits, callId: string): HoldVerdict => {
  if (credits.holds[callId] !== undefined) return 'held_already'
  if (credits.openCallsLeft < 1) return 'too_many'
  return credits.balance < 1 ? 'insufficient' : 'possible'
}
