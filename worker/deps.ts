// The one place where the workers choose their adapters.
import { createCallStore } from '../src/calls/store.ts'
import type { CallsWorkerConfig, MediaWorkerConfig } from '../src/config.ts'
import { createConversationStore } from '../src/conversations/store.ts'
import { createCreditStore } from '../src/credits/store.ts'
import { createDialLocks } from '../src/dial-locks/service.ts'
import { createDialLockStore } from '../src/dial-locks/store.ts'
import { createDialingPauseStore } from '../src/dialing/store.ts'
import { createDoNotCallService } from '../src/do-not-call/service.ts'
import { createDoNotCallStore } from '../src/do-not-call/store.ts'
import { createHostStore } from '../src/hosts/store.ts'
import { createIdempotencyStore } from '../src/idempotency/store.ts'
import type { Log } from '../src/log.ts'
import { createMediaHost } from '../src/media/host.ts'
import { observeCalls, observeCarrier, observeWebsites } from '../src/observe.ts'
import type { Observers } from '../src/observe.ts'
import { createMongo } from '../src/providers/mongo.ts'
import type { Mongo } from '../src/providers/mongo.ts'
import { createAnalyst } from '../src/providers/openai/analyst.ts'
import { createRealtimeModel } from '../src/providers/openai/realtime.ts'
import { connectTemporal, createEngine, registerSearchAttributes } from '../src/providers/temporal.ts'
import { createCarrier } from '../src/providers/twilio/carrier.ts'
import { createIsolatedReader } from '../src/providers/web/isolated-reader.ts'
import { createNumberLimit } from '../src/rate-limits/number-limit.ts'
import { createRateLimitStore } from '../src/rate-limits/store.ts'
import { untilConnected } from './connect.ts'
import { loadPrompts } from './prompts.ts'

type Config = CallsWorkerConfig | MediaWorkerConfig

/** Where a worker logs, what stops it, and what watches it. */
export interface Surroundings {
  log: Log
  stop: AbortSignal
  observers: Observers
}

/** The store and the engine; both are waited for. */
const connectServers = async (config: Config, waiting: Surroundings) => {
  const { log, observers } = waiting
  const mongo: Mongo = await untilConnected(
    'the store',
    () =>
      createMongo({
        url: config.MONGODB_URL,
        database: config.MONGODB_DATABASE,
        log,
        onFailure: operation => observers.metrics.storeFailures.inc({ operation }),
      }),
    waiting,
  )
  const temporal = connectTemporal({ address: config.TEMPORAL_ADDRESS, namespace: config.TEMPORAL_NAMESPACE })
  await untilConnected(
    `Temporal at ${config.TEMPORAL_ADDRESS}, namespace ${config.TEMPORAL_NAMESPACE}`,
    () => registerSearchAttributes(temporal.client),
    waiting,
  )
  return {
    calls: observeCalls(createCallStore(mongo.db), observers),
    conversations: createConversationStore(mongo.db),
    hosts: createHostStore(mongo.db),
    credits: createCreditStore(mongo.db),
    locks: createDialLockStore(mongo.db),
    doNotCall: createDoNotCallService(createDoNotCallStore(mongo.db)),
    pauses: createDialingPauseStore(mongo.db),
    idempotency: createIdempotencyStore(mongo.db),
    rateLimits: createRateLimitStore(mongo.db),
    toNumber: createNumberLimit(mongo.db),
    clock: () => new Date(),
    engine: createEngine({ client: temporal.client, timeouts: config.timeouts }),
    log,
    close: async (): Promise<void> => {
      await temporal.close()
      await mongo.close()
    },
  }
}

/** What the activities of a calls worker, and its reconciler, work with. */
export const createCallsWorkerDeps = async (config: CallsWorkerConfig, waiting: Surroundings) => {
  const servers = await connectServers(config, waiting)
  const websites = createIsolatedReader(
    {
      allowedHosts: config.websiteAllowedHosts,
      chromiumPath: config.chromiumPath,
      timeoutMs: config.timeouts.websiteMs,
      processName: `calls-${config.mode}`,
      logLevel: config.LOG_LEVEL,
    },
    waiting.log,
  )
  return {
    ...servers,
    dialLocks: createDialLocks(servers),
    carrier: observeCarrier(
      createCarrier({
        settings: config.carrier,
        mode: config.mode,
        publicUrl: config.publicUrl,
        timeoutMs: config.timeouts.carrierRequestMs,
      }),
      waiting.observers,
    ),
    analyst: createAnalyst({
      apiKey: config.model.OPENAI_API_KEY,
      baseUrl: config.model.OPENAI_BASE_URL,
      model: config.model.OPENAI_ANALYSIS_MODEL,
      prompts: await loadPrompts(),
    }),
    websites: observeWebsites(websites, waiting.observers),
    timeouts: config.timeouts,
    close: async (): Promise<void> => {
      await websites.close()
      await servers.close()
    },
  }
}

/** A media host, listening and with its lease. */
export const createMediaWorkerDeps = async (config: MediaWorkerConfig, waiting: Surroundings) => {
  const servers = await connectServers(config, waiting)
  const host = await createMediaHost({
    ...servers,
    mode: config.mode,
    publicUrl: config.MEDIA_PUBLIC_URL,
    metrics: waiting.observers.metrics,
    listen: { host: config.HOST, port: config.PORT },
    slots: config.MEDIA_SLOTS,
    model: createRealtimeModel(
      {
        apiKey: config.model.OPENAI_API_KEY,
        baseUrl: config.model.OPENAI_BASE_URL,
        model: config.model.OPENAI_REALTIME_MODEL,
        transcriptionModel: config.model.OPENAI_TRANSCRIPTION_MODEL,
        voice: config.model.OPENAI_VOICE,
        openMs: config.timeouts.modelOpenMs,
      },
      waiting.log,
    ),
    prompts: await loadPrompts(),
    timeouts: config.timeouts,
  })
  return {
    host,
    close: async (): Promise<void> => {
      await host.close()
      await servers.close()
    },
  }
}
