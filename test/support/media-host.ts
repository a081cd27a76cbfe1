// A media host between a scripted model and scripted carriers, over the real store.
import { MongoClient } from 'mongodb'
import { inject } from 'vitest'

import type { CallRequest, WebsiteContext } from '../../src/calls/call.ts'
import { newCall } from '../../src/calls/call.ts'
import { createCallStore } from '../../src/calls/store.ts'
import { createConversationStore } from '../../src/conversations/store.ts'
import type { ConversationState } from '../../src/conversations/store.ts'
import { createHostStore } from '../../src/hosts/store.ts'
import { newCallId, randomText } from '../../src/ids.ts'
import { createLog } from '../../src/log.ts'
import { createMetrics } from '../../src/metrics.ts'
import type { MediaHostDeps } from '../../src/media/host.ts'
import { createMediaHost } from '../../src/media/host.ts'
import { createRealtimeModel } from '../../src/providers/openai/realtime.ts'
import { loadPrompts } from '../../worker/prompts.ts'
import type { MediaReady } from '../../workflows/contract.ts'
import { connectCarrier } from './media-carrier.ts'
import { createMailbox } from './media-mailbox.ts'
import { startScriptedModel } from './media-model.ts'

/** What a call is asked to do, unless a test says otherwise. */
export const REQUEST: CallRequest = {
  toPhoneNumber: '+14155550100',
  objective: 'Book a table for 2 at 7pm',
  businessName: 'Nopa',
  website: null,
  language: null,
  callerName: null,
  maxDurationSeconds: 60,
  record: false,
  metadata: null,
}

export const startMedia = async (
  timeouts: Partial<MediaHostDeps['timeouts']> = {},
  mongodbUrl = inject('mongodbUrl'),
) => {
  const client = await MongoClient.connect(mongodbUrl)
  const db = client.db(`media_${randomText(8)}`)
  const calls = createCallStore(db)
  const conversations = createConversationStore(db)
  const hosts = createHostStore(db)
  const model = await startScriptedModel()
  const ready = createMailbox<MediaReady & { callId: string }>()
  const asked = createMailbox<{ callId: string; generation: number }>()
  const log = createLog('test', 'silent')
  const prompts = await loadPrompts()

  const startHost = async () => {
    /** What the host has seen when it looked at its conversations: about twice a second by the wall clock. */
    const looks = createMailbox<ConversationState>()
    const started = await createMediaHost({
      mode: 'test',
      publicUrl: 'ws://media.test',
      listen: { host: '127.0.0.1', port: 0 },
      slots: 5,
      calls,
      conversations: {
        ...conversations,
        findStates: async callIds => {
          const states = await conversations.findStates(callIds)
          for (const state of states) looks.deliver(state)
          return states
        },
      },
      hosts,
      engine: {
        signalHandoverRequested: async (callId, generation) => asked.deliver({ callId, generation }),
        signalMediaReady: async (callId, generation, host) => ready.deliver({ callId, generation, host }),
      },
      prompts,
      model: createRealtimeModel(
        {
          apiKey: 'sk-test',
          baseUrl: model.baseUrl,
          model: 'gpt-realtime',
          transcriptionModel: 'gpt-4o-mini-transcribe',
          voice: 'marin',
          openMs: 5_000,
        },
        log,
      ),
      timeouts: {
        modelOpenRetryMs: 5_000,
        streamTokenMs: 60_000,
        noFrameMs: 60_000,
        sealMs: 5_000,
        leaseRenewMs: 2_000,
        drainMs: 60_000,
        ...timeouts,
      },
      metrics: createMetrics({ process: 'media', mode: 'test' }),
      log,
    })
    return { ...started, looks }
  }
  const host = await startHost()
  const released = new AbortController()

  /** A host's part in the conversation of a new call (or of `callId`), with its stream where `connect` is called. */
  const converse = (
    options: {
      request?: Partial<CallRequest>
      context?: WebsiteContext
      callId?: string
      generation?: number
      on?: typeof host
    } = {},
  ) => {
    const { generation = 1, on = host } = options
    const callId = options.callId ?? newCallId()
    const stored = options.callId
      ? Promise.resolve()
      : calls.insert({
          ...newCall(callId, 'acc_1', 'test', { ...REQUEST, ...options.request }, new Date()),
          context: options.context ?? null,
        })
    const result = stored.then(() => on.converse({ callId, generation }, released.signal))
    const isReady = () =>
      ready.until(
        (one): one is MediaReady & { callId: string } => one.callId === callId && one.generation === generation,
      )
    const connect = async () => {
      await isReady()
      const conversation = await conversations.find(callId)
      const carrier = await connectCarrier(on.port)
      carrier.start({ call_id: callId, generation: `${generation}`, token: conversation!.ready!.token! })
      return carrier
    }
    return { callId, result, isReady, connect }
  }

  return {
    calls,
    conversations,
    hosts,
    model,
    directives: prompts.directives,
    host,
    startHost,
    released,
    /** Requests for a successor. */
    asked,
    converse,
    stop: async () => {
      released.abort()
      await host.close()
      await model.close()
      await db.dropDatabase()
      await client.close()
    },
  }
}

export type Media = Awaited<ReturnType<typeof startMedia>>
