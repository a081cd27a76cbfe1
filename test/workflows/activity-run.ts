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
import { createCreditStore } from '../../src/credits/store.ts'
import { createDialLocks } from '../../src/dial-locks/service.ts'
import { createDialLockStore } from '../../src/dial-locks/store.ts'
import { createHostStore } from '../../src/hosts/store.ts'
import { newCallId, newId } from '../../src/ids.ts'
import { createLog } from '../../src/log.ts'
import { createMongo } from '../../src/providers/mongo.ts'
import type { AnalysisRequest, Carrier, DialOutcome, DialRequest, Leg } from '../../src/providers/ports.ts'
import { TIMEOUTS } from '../../src/timeouts.ts'

const log = createLog('test', 'silent')

/** Two sides of the outside, for a test to set and to read. */
export const createOutside = () => {
  const outside = {
    dialed: [] as DialRequest[],
    hungUp: [] as string[],
    analysed: [] as AnalysisRequest[],
    dialOutcome: { kind: 'dialed', legId: 'CA1' } as DialOutcome,
    legs: [] as Leg[],
    whileDialing: async (): Promise<void> => undefined,
  }
  const carrier: Carrier = {
    placeCall: async request => {
      outside.dialed.push(request)
      await outside.whileDialing()
      return outside.dialOutcome
    },
    hangUp: async legId => {
      outside.hungUp.push(legId)
    },
    getLeg: async legId => outside.legs.find(leg => leg.legId === legId) ?? null,
    findLegs: async () => outside.legs,
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
  let numbers = 0

  const accept = async (request: Partial<Call['request']>): Promise<Call> => {
    const { accountId } = await accounts.create('test')
    const call = newCall(
      newCallId(),
      accountId,
      'test',
      {
        toPhoneNumber: `+1415555${1000 + numbers++}`,
        objective: 'Book a table',
        businessName: null,
        website: null,
        language: null,
        callerName: null,
        maxDurationSeconds: 600,
        record: true,
        metadata: null,
        ...request,
      },
      new Date(),
    )
    await calls.insert(call)
    await credits.hold(accountId, call._id)
    await calls.advance(call._id, 'queued')
    return call
  }

  return {
    calls,
    conversations,
    credits,
    hosts,
    locks,
    log,

    /** An accepted call with its conversation, and its activities. */
    open: async (request: Partial<Call['request']> = {}) => {
      const { outside, carrier } = createOutside()
      const call = await accept(request)
      const activities = createCallsActivities({
        calls,
        conversations,
        credits,
        hosts,
        log,
        carrier,
        dialLocks: createDialLocks({ locks, calls }),
        analyst: {
          analyse: async asked => {
            outside.analysed.push(asked)
            return { outcome: 'achieved', outcomeDetails: 'Booked.', summary: 'It was booked.' }
          },
        },
        websites: { read: async () => ({ kind: 'read', by: 'http', title: 'Nopa', text: 'Open daily' }) },
        timeouts: { ...TIMEOUTS, dialLockWaitMs: 0 },
      })
      const environment = new MockActivityEnvironment()
      await activities.openCall(call._id)
      return {
        id: call._id,
        outside,
        activities,
        stored: async () => (await calls.find(call._id))!,
        conversation: async () => (await conversations.find(call._id))!,
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
    },

    close: async (): Promise<void> => {
      await mongo.db.dropDatabase()
      await mongo.close()
    },
  }
}

export type ActivityRunner = Awaited<ReturnType<typeof createActivityRunner>>
