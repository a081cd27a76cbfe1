// The one place where the API chooses its adapters.
import { createAccountService } from './accounts/service.ts'
import type { AppDeps } from './app.ts'
import type { Mode } from './calls/call.ts'
import { createCheckoutService } from './checkout/service.ts'
import { createCheckoutStore } from './checkout/store.ts'
import { createCallStore } from './calls/store.ts'
import type { ApiConfig } from './config.ts'
import { createConversationStore } from './conversations/store.ts'
import { createCreditStore } from './credits/store.ts'
import { createDialingPauseStore } from './dialing/store.ts'
import { createDoNotCallService } from './do-not-call/service.ts'
import { createDoNotCallStore } from './do-not-call/store.ts'
import { createHostStore } from './hosts/store.ts'
import { createIdempotencyService } from './idempotency/service.ts'
import { createIdempotencyStore } from './idempotency/store.ts'
import { createKeyService } from './keys/service.ts'
import type { Log } from './log.ts'
import { observeCalls } from './observe.ts'
import type { Observers } from './observe.ts'
import { createMongo, isStoreReachable, isStoreUnreachable } from './providers/mongo.ts'
import { connectTemporal, createEngine } from './providers/temporal.ts'
import { createPaymentProvider } from './providers/stripe/checkout.ts'
import { createPaymentRouter } from './providers/stripe/routes.ts'
import { createCarrier } from './providers/twilio/carrier.ts'
import { createCarrierRouter } from './providers/twilio/routes.ts'
import { createRateLimits } from './rate-limits/limiter.ts'
import { createRateLimitStore } from './rate-limits/store.ts'

const HEALTH_MS = 1_000

export interface ApiDeps extends AppDeps {
  close: () => Promise<void>
}

/** Connects the API to its store, engine and carriers; throws when the store cannot be reached. */
export const createApiDeps = async (config: ApiConfig, log: Log, observers: Observers): Promise<ApiDeps> => {
  const { publicUrl, timeouts } = config
  const mongo = await createMongo({
    url: config.MONGODB_URL,
    database: config.MONGODB_DATABASE,
    log,
    onFailure: operation => observers.metrics.storeFailures.inc({ operation }),
  })
  const { db } = mongo
  const temporal = connectTemporal({ address: config.TEMPORAL_ADDRESS, namespace: config.TEMPORAL_NAMESPACE })
  const engine = createEngine({ client: temporal.client, timeouts })
  const calls = observeCalls(createCallStore(db), observers)
  await calls.ensureIndexes()
  const conversations = createConversationStore(db)
  await conversations.ensureIndexes()
  await createRateLimitStore(db).ensureIndexes()
  const doNotCall = createDoNotCallStore(db)
  await doNotCall.ensureIndexes()
  const credits = createCreditStore(db)
  await credits.ensureIndexes()
  const checkouts = createCheckoutStore(db)
  await checkouts.ensureIndexes()

  const shopOf = (mode: Mode) => {
    const settings = config.shops[mode]
    return (
      settings && {
        webhookSecret: settings.STRIPE_WEBHOOK_SECRET,
        price: { amount: settings.CREDITS_PRICE, currency: settings.CREDITS_CURRENCY },
        provider: createPaymentProvider({ settings, publicUrl, timeoutMs: timeouts.paymentRequestMs }),
      }
    )
  }
  const shops = { live: shopOf('live'), test: shopOf('test') }
  const checkout = createCheckoutService({ checkouts, credits, shops, log })

  const carrierOf = (mode: Mode) => {
    const settings = config.carriers[mode]
    const timeoutMs = timeouts.carrierRequestMs
    return (
      settings && {
        authToken: settings.TWILIO_AUTH_TOKEN,
        carrier: createCarrier({ settings, mode, publicUrl, timeoutMs }),
      }
    )
  }
  const carriers = { live: carrierOf('live'), test: carrierOf('test') }

  return {
    calls,
    conversations,
    credits,
    checkout,
    accounts: createAccountService(db),
    doNotCall: createDoNotCallService(doNotCall),
    pauses: createDialingPauseStore(db),
    keys: createKeyService(db),
    idempotency: createIdempotencyService(createIdempotencyStore(db)),
    rateLimits: createRateLimits(db),
    clock: () => new Date(),
    trustedProxies: config.trustedProxies,
    engine,
    publicUrl,
    modes: new Set((['live', 'test'] as const).filter(mode => carriers[mode] !== null)),
    carrierRouter: createCarrierRouter({
      calls,
      conversations,
      hosts: createHostStore(db),
      engine,
      carriers,
      publicUrl,
      timeouts,
      log,
    }),
    paymentRouter: createPaymentRouter({ shops, notePayment: checkout.notePayment, log }),
    isStoreReachable: () => isStoreReachable(db, HEALTH_MS),
    isUnreachable: isStoreUnreachable,
    log,
    ...observers,
    close: async () => {
      await temporal.close()
      await mongo.close()
      await observers.tracing.close()
    },
  }
}
