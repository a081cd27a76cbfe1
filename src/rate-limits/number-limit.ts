// How often one number is called for an account, as an operator may limit it.
// M1  A call counts in the hour after it was counted, so that no hour, wherever it begins, has more than the limit. One
//     that waits for its time counts from that time on: all that was placed at night rings in the morning.
// M2  A call counts by its id, and is taken out again when it was not accepted after all.
// M3  Each change asks that nothing has changed since the count was read: over any number of processes no two calls take
//     the last place.
import type { Collection } from 'mongodb'

import type { Call } from '../calls/call.ts'
import { insertOnce } from '../insert.ts'
import type { Database } from '../providers/mongo.ts'
import { RATE_LIMITS } from './store.ts'

interface CountedCall {
  callId: string
  at: Date
}

/** The calls to one number that were counted last; beside the other counts, and cleared away with them. */
interface NumberCount {
  _id: string
  key: string
  calls: CountedCall[]
  expire: Date
  /** Counts every change. */
  rev: number
}

const HOUR_MS = 3_600_000

type Counted = Pick<Call, '_id' | 'accountId' | 'mode' | 'request' | 'scheduledFor'>
type Count = { kind: 'counted' } | { kind: 'full'; forMs: number }

export type NumberLimit = ReturnType<typeof createNumberLimit>

export const createNumberLimit = (db: Database) => {
  const counts: Collection<NumberCount> = db.collection<NumberCount>(RATE_LIMITS)

  /** False if it was changed since it was read (M3). */
  const store = async (key: string, read: NumberCount | null, calls: CountedCall[]): Promise<boolean> => {
    const lastMs = Math.max(Date.now(), ...calls.map(({ at }) => at.getTime()))
    const facts = { calls, expire: new Date(lastMs + HOUR_MS), rev: (read?.rev ?? 0) + 1 }
    if (!read) return await insertOnce(counts, { _id: key, key, ...facts })
    return (await counts.updateOne({ key, rev: read.rev }, { $set: facts })).matchedCount > 0
  }

  return {
    /** Counts a call, or gives in how many ms there is room for it: for a limit of 0 there never is. */
    count: async (call: Counted, most: number, now = new Date()): Promise<Count> => {
      if (most < 1) return { kind: 'full', forMs: HOUR_MS }
      const key = keyOf(call)
      for (;;) {
        const read = await counts.findOne({ key })
        const at = call.scheduledFor ?? now
        const calls = (read?.calls ?? []).filter(counted => msBetween(counted.at, now) < HOUR_MS)
        // The newest first: it has room when the one at `most` leaves.
        const last = calls
          .filter(counted => Math.abs(msBetween(counted.at, at)) < HOUR_MS)
          .toSorted((a, b) => msBetween(a.at, b.at))[most - 1]
        if (last) return { kind: 'full', forMs: HOUR_MS - msBetween(last.at, now) }
        if (await store(key, read, [...calls, { callId: call._id, at }])) return { kind: 'counted' }
      }
    },

    /** Takes a call out that is not to be (M2). */
    forget: async (call: Counted): Promise<void> => {
      const key = keyOf(call)
      for (;;) {
        const read = await counts.findOne({ key })
        const others = read?.calls.filter(({ callId }) => callId !== call._id)
        if (!read || others?.length === read.calls.length) return
        if (await store(key, read, others ?? [])) return
      }
    },
  }
}

const msBetween = (earlier: Date, later: Date): number => later.getTime() - earlier.getTime()

const keyOf = ({ accountId, mode, request }: Counted): string =>
  `number:${accountId}/${mode}/${request.toPhoneNumber}`
