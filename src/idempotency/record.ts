// What is remembered of a request with an Idempotency-Key.
// I1  Each attempt has a call id of its own, and only the process that made it takes that call forward.
// I2  Whoever takes a request over first puts its own call id into the record, and then takes back the calls of the
//     attempts before: one that was accepted meanwhile is the answer, any other is voided.
// I3  An attempt looks at the record after its call is stored and before the call holds a credit: a record with another
//     call's id has been taken over. So a process that was frozen, however long, makes no second call.
// I4  An answer leaves only after the record has its text.

/** The document in `idempotency`. */
export interface IdempotencyRecord {
  /** Account, mode and key. */
  _id: string
  /** Of the request's JSON, whatever the order of its fields. */
  bodyHash: string
  /** The call that the present attempt makes: it tells attempts apart. */
  callId: string
  /** Calls of the attempts before, as long as it is not known what became of them. */
  former: string[]
  /** Until then the present attempt is left alone. */
  until: Date
  /** The text of the 202, once there is one. */
  answer: string | null
  /** A day after the answer, or after the last attempt: the key may be used again. */
  expiresAt: Date
}

/** How long a key is remembered. */
export const REMEMBERED_MS = 24 * 60 * 60_000

/** What a record means for a request that comes with its key. */
export type RecordVerdict = 'expired' | 'conflict' | 'answered' | 'running' | 'abandoned'

export const judgeRecord = (record: IdempotencyRecord, bodyHash: string, now: Date): RecordVerdict => {
  if (record.expiresAt <= now) return 'expired'
  if (record.bodyHash !== bodyHash) return 'conflict'
  if (record.answer !== null) return 'answered'
  return record.until > now ? 'running' : 'abandoned'
}
