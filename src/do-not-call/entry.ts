// An account's do-not-call list. No call is placed to a number on it, nor dialled that was placed before.
// N1  A number is on a list once: who puts it there again changes nothing, and learns what stands there.
// N2  The lists of live and test mode are two: a sandbox's callee says nothing of a real one.
// N3  A callee who asks for it on the phone is put on the list by the conversation's end, whatever else became of the call.
import type { Mode } from '../calls/call.ts'

/** The document in `do_not_call`; its id is the number on its list. */
export interface DoNotCallEntry {
  _id: string
  /** Sorts by time, and is the entry's id for clients. */
  entryId: string
  accountId: string
  mode: Mode
  toPhoneNumber: string
  reason: string | null
  /** The call on which the callee asked for it; `null` where the client put it there. */
  callId: string | null
  createdAt: Date
}

/** The list of an account in a mode. */
export type ListOwner = Pick<DoNotCallEntry, 'accountId' | 'mode'>

/** Where a number stands on a list (N1). */
export const placeOf = ({ accountId, mode }: ListOwner, toPhoneNumber: string): string =>
  `${accountId}/${mode}/${toPhoneNumber}`

/** The reason where the callee asked for it. */
export const ASKED_BY_CALLEE = 'The callee asked not to be called again.'

/** What the outcome of such a call says besides. */
export const IS_LISTED = `${ASKED_BY_CALLEE} The number is on your do-not-call list now.`

/** Why nobody is rung. */
export const LISTED_MEANWHILE =
  'The number was put on your do-not-call list before it was dialled. Nothing was charged.'
