// Runs a call's activities over a real store, beside a carrier and a model that answer as the test says.
import { MockActivityEnvironment } from '@temporalio/testing'
import { inject } from 'vitest'

import { createCallsActivities } from '../../activities/index.ts'
import { createAccountService } from '../../src/accounts/service.ts'
import { newCall } from '../../src/calls/call.ts'
import type { Call, Turn } from '../../src/calls/call.ts'
import { createCallStore } from '../../src/calls/store.ts'
import { createConversationStore } from '../../src/conversations/store.ts'
import type { EndReason } from '../../src/conversations/conversation.ts'
import type { Credits } from '../../src/credits/credit.ts'
import { createCreditStore } from '../../src/credits/store.ts'
import { createDialLocks } from '../../src/dial-locks/service.ts'
import { createDialLockStore } from '../../src/dial-locks/store.ts'
import { createDialingPauseStore } from '../../src/dialing/store.ts'
import { createDoNotCallService } from '../../src/do-not-call/service.ts'
import { createDoNotCallStore } from '../../src/do-not-call/store.ts'
import { createHostStore } from '../../src/hosts/store.ts'
import { createIdempotencyStore } from '../../src/idempotency/store.ts'
import { newCallId, newId } from '../../src/ids.ts'
import { createLog } from '../../src/log.ts'
import { createMongo } from '../../src/providers/mongo.ts'
import { createNumberLimit } from '../../src/rate-limits/number-limit.ts'
import { createRateLimitStore } from '../../src/rate-limits/store.ts'
import type { AnalysisRequest, Carrier, DialOutcome, DialRequest, Leg } from '../../src/providers/ports.ts'
import { TIMEOUTS } from '../../src/timeouts.ts'
import { callRequest } from '../support/call-request.ts'

const log = createLog('test', 'silent')

/** Two sides of the outside, for a test to set and to read. */
export const createOutside = () => {
  const outside = {
    dialed: [] as DialRequest[],
    hungUp: [] as string[],
    redirected: [] as { legId: string; after: number }[],
    isUp: true,
    /** What the clock says, if not the time. */
    now: null as Date | null,
    analysed: [] as AnalysisRequest[],
    dialOutcome: { kind: 'dialed', legId: 'CA1' } as DialOutcome,
    legs: [] as Leg[],
    isAway: false,
    whileLocking: async (): Promise<void> => undefined,
    whileDialing: async (): Promise<void> => undefined,
    whileAnalysing: async (): Promise<void> => undefined,
  }
  const present = (): void => {
    if (outside.isAway) throw new Error('the carrier is away')
  }
  const carrier: Carrier = {
    placeCall: async request => {
      outside.dialed.push(request)
      await outside.whileDialing()
      return outside.dialOutcome
    },
    hangUp: async legId => {
      present()
      outside.hungUp.push(legId)
    },
    redirect: async request => {
      present()
      outside.redirected.push(request)
      return outside.isUp
    },
    getLeg: async legId => {
      present()
      return outside.legs.find(leg => leg.legId === legId) ?? null
    },
    findLegs: async () => {
      present()
      return outside.legs
    },
  }
  return { outside, carrier }
}

export const createActivityRunner = async () => {
  const mongo = await createMongo({ url: inject('mongodbUrl'), database: newId('test'), log })
  const calls = createCallStore(mongo.db)
  const conversations = createConversationStore(mongo.db)
  const credits = createCreditStore(mongo.db)
  const hosts = createHostStore(mongo.db)
  const accounts = createAccountService(mongo.db)
  const locks = createDialLockStore(mongo.db)
  const idempotency = createIdempotencyStore(mongo.db)
  const rateLimits = createRateLimitStore(mongo.db)
  const toNumber = createNumberLimit(mongo.db)
  const doNotCall = createDoNotCallService(createDoNotCallStore(mongo.db))
  const pauses = createDialingPauseStore(mongo.db)
  let numbers = 0

  /** A call of a new account, stored nowhere yet. */
  const draft = async (request: Partial<Call['request']> = {}): Promise<Call> => {
    const { accountId } = await accounts.create('test')
    return newCall(
      newCallId(),
      accountId,
      'test',
      callRequest({ toPhoneNumber: `+1415555${1000 + numbers++}`, ...request }),
      new Date(),
    )
  }

  /** A call's activities, and what is known of it. */
  const around = (call: Call) => {
    const { outside, carrier } = createOutside()
    const dialLocks = createDialLocks({ locks, calls })
    const activities = createCallsActivities({
      calls,
      conversations,
      credits,
      hosts,
      log,
      carrier,
      dialLocks: {
        ...dialLocks,
        take: async (...asked) => {
          await outside.whileLocking()
          return await dialLocks.take(...asked)
        },
      },
      doNotCall,
      pauses,
      clock: () => outside.now ?? new Date(),
      analyst: {
        analyse: async asked => {
          outside.analysed.push(asked)
          await outside.whileAnalysing()
          return { outcome: 'achieved', outcomeDetails: 'Booked.', summary: 'It was booked.' }
        },
      },
      websites: { read: async () => ({ kind: 'read', by: 'http', title: 'Nopa', text: 'Open daily' }) },
      timeouts: { ...TIMEOUTS, dialLockWaitMs: 0 },
    })
    const environment = new MockActivityEnvironment()
    return {
      id: call._id,
      outside,
      activities,
      stored: async () => (await calls.find(call._id))!,
      conversation: async () => (await conversations.find(call._id))!,
      account: async () =>
        (await mongo.db.collection<Credits & { _id: string }>('accounts').findOne({ _id: call.accountId }))!,
      /** As a process leaves it that dies before it has written into the ledger. */
      leaveUnposted: async (): Promise<void> => {
        const entry = { kind: 'grant', cause: 'payment', credits: 1, at: new Date() } as const
        await mongo.db
          .collection<Credits & { _id: string }>('accounts')
          .updateOne({ _id: call.accountId }, { $set: { 'unposted.grant_payment': entry } })
      },
      balance: async () => await credits.remaining(call.accountId),
      conclude: async () => await environment.run(activities.conclude, call._id),
      readWebsite: async () => await environment.run(activities.readWebsite, call._id),

      /** The callee answers, and this is said on the host's stream. */
      talk: async (turns: Partial<Turn>[]): Promise<void> => {
        const id = call._id
        const expiresAt = new Date(Date.now() + 60_000)
        const ready = { generation: 1, host: 'host-1', url: 'ws://host-1', token: 'token', expiresAt }
        await conversations.setReady(id, ready)
        await conversations.start(id, 1, 'token', new Date())
        await calls.advance(id, 'in_progress', { startedAt: new Date() })
        const whole = { role: 'agent', text: '', atMs: 0, interrupted: false, final: true } as const
        for (const [index, turn] of turns.entries())
          await conversations.putTurn(id, 1, index, { ...whole, ...turn }, 12_400)
      },
      endByHost: async (reason: EndReason): Promise<void> => {
        await conversations.endByHost(call._id, 1, { by: 'host', reason, at: new Date() })
        await conversations.seal(call._id, 1, new Date(), { mediaMs: 12_400, answeredBy: null })
      },
    }
  }

  return {
    calls,
    conversations,
    credits,
    hosts,
    locks,
    idempotency,
    rateLimits,
    toNumber,
    doNotCall,
    pauses,
    db: mongo.db,
    log,

    draft,
    around,

    /** An accepted call with its conversation, and its activities. */
    open: async (request: Partial<Call['request']> = {}, keepsCallingHours = false) => {
      const call = { ...(await draft(request)), keepsCallingHours }
      await calls.insert(call)
      await credits.hold(call.accountId, call._id)
      await calls.advance(call._id, 'queued')
      const opened = around(call)
      await opened.activities.openCall(call._id)
      return opened
    },

    close: async (): Promise<void> => {
      await mongo.db.dropDatabase()
      await mongo.close()
    },
  }
}

export type ActivityRunner = Awaited<ReturnType<typeof createActivityRunner>>
