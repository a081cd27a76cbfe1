// The lock of a destination: while nobody knows what became of a dial to a number, no other call dials it, because their
// legs could not be told apart in the carrier's list.
// D1  A call holds the lock from before its dial until the answer to it is known.
// D2  Whether that is so is read from the call itself: a lock that nobody gave back is taken over.
// D3  A lock ends by itself, so that nothing can lock a number for ever.
import { isEnded } from '../calls/call.ts'
import type { Call, Mode } from '../calls/call.ts'

/** The document in `dial_locks`; its id is the destination. */
export interface DialLock {
  _id: string
  /** Who holds it. */
  callId: string
  expiresAt: Date
}

/** What is locked: live and test calls have carriers of their own. */
export const destinationOf = (mode: Mode, toPhoneNumber: string): string => `${mode}:${toPhoneNumber}`

/** Whether it is known what became of the call's dial (D2). */
export const isDialKnown = (call: Call | null): boolean =>
  call === null || isEnded(call.status) || call.legId !== null || call.dial?.state === 'refused'
