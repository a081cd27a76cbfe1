import type { Collection, Db } from 'mongodb'

import { insertOnce } from '../insert.ts'
import type { IdempotencyRecord } from './record.ts'

export type IdempotencyStore = ReturnType<typeof createIdempotencyStore>

/** The collection `idempotency`: every change of a record names the attempt that it belongs to, by its call's id. */
export const createIdempotencyStore = (db: Db) => {
  const records: Collection<IdempotencyRecord> = db.collection<IdempotencyRecord>('idempotency')

  const change = async (id: string, callId: string, facts: Partial<IdempotencyRecord>): Promise<boolean> =>
    (await records.findOneAndUpdate({ _id: id, callId, answer: null }, { $set: facts })) !== null

  return {
    /** Takes a key that nobody has used; false if somebody has. */
    insert: async (record: IdempotencyRecord): Promise<boolean> => await insertOnce(records, record),

    find: async (id: string): Promise<IdempotencyRecord | null> => await records.findOne({ _id: id }),

    /** Puts another attempt in the place of the one in `record`; false if somebody else did, or it was answered. */
    takeOver: async (
      { _id, callId, former, until }: IdempotencyRecord,
      next: Pick<IdempotencyRecord, 'callId' | 'until' | 'expiresAt'>,
    ): Promise<boolean> =>
      (await records.findOneAndUpdate(
        { _id, callId, until, answer: null },
        { $set: { ...next, former: [...former, callId] } },
      )) !== null,

    /** Keeps the answer; false if another attempt has taken over. */
    keep: async (id: string, callId: string, answer: string, expiresAt: Date): Promise<boolean> =>
      await change(id, callId, { answer, expiresAt, former: [] }),

    /** Lets the next attempt begin at once; `former` are the calls that it has to take back besides this one's. */
    letGo: async (id: string, callId: string, former: string[], now: Date): Promise<void> => {
      await change(id, callId, { until: now, former })
    },

    /** Forgets an attempt that made no call, and its key. */
    forget: async (id: string, callId: string): Promise<void> => {
      await records.deleteOne({ _id: id, callId, answer: null })
    },

    /** Forgets what expired before `now`, of one key or of all. */
    prune: async (now: Date, id?: string): Promise<void> => {
      await records.deleteMany({ expiresAt: { $lte: now }, ...(id !== undefined && { _id: id }) })
    },
  }
}
