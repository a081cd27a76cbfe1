import type { Collection, Db, Filter } from 'mongodb'

import { CALL_STATUSES, OPEN_STATUSES, isEnded, statusesBefore } from './call.ts'
import type {
  AnsweredBy,
  Call,
  CallEnding,
  CallErrorCode,
  CallResult,
  CallStatus,
  Dial,
  DialFinding,
  LegEnd,
  StoredStatus,
  Turn,
  WebsiteContext,
} from './call.ts'

/** What may become known of a call when it moves forward. */
export interface CallFacts {
  startedAt?: Date
  endedAt?: Date
  durationSeconds?: number | null
  errorCode?: CallErrorCode
  errorMessage?: string
  answeredBy?: AnsweredBy
  turns?: Turn[]
  dial?: Dial
}

export interface ListOptions {
  limit: number
  status?: CallStatus
  /** Only calls older than this one (its id). */
  startingAfter?: string
}

/** A call as a list has it. */
export type ListedCall = Omit<Call, 'context'>

/** What operators look for, over all accounts. */
export interface BrowseOptions {
  limit: number
  accountId?: string
  mode?: Call['mode']
  status?: CallStatus
  errorCode?: CallErrorCode
}

export type CallStore = ReturnType<typeof createCallStore>

const NOT_DIALLED = 'The carrier had not dialled: an operator found that out there. Nothing was charged.'
const ENDED_AND: Record<DialFinding['kind'], string> = {
  not_dialled: NOT_DIALLED,
  dialled:
    'The carrier had dialled: an operator found that out there, after the call had been given up. Nothing was charged.',
}

/** The collection `calls`: every change is one conditional update that also counts `rev`. */
export const createCallStore = (db: Db) => {
  const calls: Collection<Call> = db.collection<Call>('calls')

  const change = async (filter: Filter<Call>, facts: Record<string, unknown>): Promise<Call | null> =>
    await calls.findOneAndUpdate(filter, { $set: facts, $inc: { rev: 1 } }, { returnDocument: 'after' })

  return {
    ensureIndexes: async (): Promise<void> => {
      await calls.createIndex({ accountId: 1, mode: 1, _id: -1 })
      await calls.createIndex({ status: 1, _id: 1 })
      await calls.createIndex({ legId: 1 })
    },

    insert: async (call: Call): Promise<void> => {
      await calls.insertOne(call)
    },

    /** Decides that a call is not accepted any more; false if it was accepted meanwhile. */
    markVoided: async (id: string): Promise<boolean> =>
      (await change({ _id: id, status: 'accepting' }, { status: 'voided' })) !== null,

    /** Forgets a call that was never accepted. */
    discard: async (id: string): Promise<void> => {
      await calls.deleteOne({ _id: id, status: { $in: ['accepting', 'voided'] } })
    },

    /** Any call, `accepting` ones included. */
    find: async (id: string): Promise<Call | null> => await calls.findOne({ _id: id }),

    /** Newest first, without what the website said. */
    list: async (accountId: string, mode: Call['mode'], options: ListOptions): Promise<ListedCall[]> =>
      await calls
        .find({
          accountId,
          mode,
          status: options.status ?? { $in: [...CALL_STATUSES] },
          ...(options.startingAfter ? { _id: { $lt: options.startingAfter } } : {}),
        })
        .sort({ _id: -1 })
        .limit(options.limit)
        .project<ListedCall>({ context: 0 })
        .toArray(),

    /** Calls of any account, newest first, without what the website said. */
    browse: async ({ limit, status, ...only }: BrowseOptions): Promise<ListedCall[]> =>
      await calls
        .find({ ...only, status: status ?? { $in: [...CALL_STATUSES] } })
        .sort({ _id: -1 })
        .limit(limit)
        .project<ListedCall>({ context: 0 })
        .toArray(),

    /** Every call of a mode that is accepted and was not dialled yet, oldest first. */
    findUndialled: async function* (mode: Call['mode']): AsyncGenerator<Call> {
      yield* calls.find({ status: 'queued', mode, dial: null, ending: null }).sort({ _id: 1 })
    },

    /** How many calls of a mode are in `status` now. */
    count: async (mode: Call['mode'], status: CallStatus): Promise<number> =>
      await calls.countDocuments({ mode, status }),

    /** Moves a call forward by rank, with what became known; `null` if it was at `to` or past it, or only its end can follow. */
    advance: async (id: string, to: StoredStatus, facts: CallFacts = {}): Promise<Call | null> =>
      await change(
        { _id: id, status: { $in: statusesBefore(to) }, ...(isEnded(to) ? {} : { ending: null }) },
        { ...facts, status: to },
      ),

    /** The client wants the call to end; `null` if it has ended, its conversation has, or this was known already (C5). */
    requestCancel: async (id: string, now: Date): Promise<Call | null> =>
      await change(
        { _id: id, status: { $in: [...OPEN_STATUSES] }, cancelRequestedAt: null, endedAt: null, ending: null },
        { cancelRequestedAt: now },
      ),

    /** Decides how a call ends, once; one that was canceled ends canceled. Returns the call as it is then (C4, C5). */
    decideEnding: async (id: string, ending: CallEnding): Promise<Call | null> => {
      const undecided = { _id: id, status: { $in: [...OPEN_STATUSES] }, ending: null }
      return (
        (await change({ ...undecided, cancelRequestedAt: null }, { ending })) ??
        (await change(undecided, { ending: { status: 'canceled' } satisfies CallEnding })) ??
        (await calls.findOne({ _id: id }))
      )
    },

    /** Until when a queued call waits. */
    schedule: async (id: string, scheduledFor: Date): Promise<void> => {
      await change({ _id: id, status: 'queued' }, { scheduledFor })
    },

    /** Claims the one dial of a queued call that nobody canceled; `null` if it may not be dialled (any more). */
    claimDial: async (id: string, until: Date): Promise<Call | null> =>
      await change(
        { _id: id, status: 'queued', dial: null, cancelRequestedAt: null, ending: null },
        { dial: { state: 'submitting', until } satisfies Dial },
      ),

    /** Gives back a claim that was not used, by whoever made it; false if it is not that one any more. */
    returnDial: async (id: string, until: Date): Promise<boolean> =>
      (await change(
        { _id: id, status: 'queued', legId: null, 'dial.state': 'submitting', 'dial.until': until },
        { dial: null },
      )) !== null,

    setDialState: async (id: string, state: Dial['state']): Promise<void> => {
      await change({ _id: id, dial: { $ne: null } }, { 'dial.state': state })
    },

    /** The carrier refused the dial, for the reason in `message`. */
    refuseDial: async (id: string, message: string): Promise<void> => {
      await change({ _id: id, dial: { $ne: null } }, { 'dial.state': 'refused', errorMessage: message })
    },

    /** Those of `legIds` that are some call's already. */
    findBoundLegs: async (legIds: string[]): Promise<string[]> => {
      const bound = await calls.find({ legId: { $in: legIds } }).toArray()
      return bound.flatMap(call => call.legId ?? [])
    },

    findByLeg: async (legId: string): Promise<Call | null> => await calls.findOne({ legId }),

    /** Stores what was found out about an unknown dial, once; `null` if it is known. */
    settleDial: async (id: string, finding: DialFinding, now: Date): Promise<Call | null> => {
      const unknown: Filter<Call> = { _id: id, legId: null, dial: { $ne: null }, 'dial.state': { $ne: 'refused' } }
      const found =
        finding.kind === 'dialled'
          ? { legId: finding.legId, 'dial.state': 'submitted', 'dial.settledAt': now }
          : { 'dial.state': 'refused', 'dial.settledAt': now, errorMessage: NOT_DIALLED }
      const open = await change({ ...unknown, status: { $in: [...OPEN_STATUSES] } }, found)
      return open ?? (await change(unknown, { ...found, errorMessage: ENDED_AND[finding.kind] }))
    },

    /** Binds the carrier's id of the leg; false if the call has another leg already, or never dialled: that leg has to be hung up. */
    bindLeg: async (id: string, legId: string): Promise<boolean> =>
      (await change(
        { _id: id, legId: { $in: [null, legId] }, dial: { $ne: null } },
        { legId, 'dial.state': 'submitted' },
      )) !== null,

    /** How the leg ended, once; `null` if that was known already. */
    endLeg: async (id: string, ended: LegEnd): Promise<Call | null> =>
      await change({ _id: id, 'leg.ended': null }, { 'leg.ended': ended }),

    setAnsweredBy: async (id: string, answeredBy: AnsweredBy): Promise<void> => {
      await change({ _id: id, answeredBy: null }, { answeredBy })
    },

    setContext: async (id: string, context: WebsiteContext): Promise<void> => {
      await change({ _id: id, context: null }, { context })
    },

    setResult: async (id: string, result: CallResult): Promise<void> => {
      await change({ _id: id, status: { $in: statusesBefore('completed') } }, { ...result })
    },

    /** When the conversation ended and how long it took, once; of a canceled call that becomes known with its end (C5). */
    setEndedAt: async (id: string, endedAt: Date, durationSeconds: number | null): Promise<void> => {
      await change({ _id: id, endedAt: null, cancelRequestedAt: null }, { endedAt, durationSeconds })
    },

    /**
     * Calls in `status` made before `before`, oldest first: what a reconciler looks at. One that waits for its time is not
     * among them, unless it was canceled.
     */
    findOlder: async (status: StoredStatus, before: Date, limit: number, mode?: Call['mode']): Promise<Call[]> =>
      await calls
        .find({
          status,
          createdAt: { $lt: before },
          ...(mode && { mode }),
          ...(status === 'queued' && {
            $or: [{ scheduledFor: null }, { scheduledFor: { $lt: before } }, { cancelRequestedAt: { $ne: null } }],
          }),
        })
        .sort({ _id: 1 })
        .limit(limit)
        .toArray(),
  }
}
