// The API over real HTTP with the real store, and an engine that writes down what it is told.
import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type Koa from 'koa'
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest'

import { createAccountService } from '../../src/accounts/service.ts'
import { createApp } from '../../src/app.ts'
import type { AppDeps } from '../../src/app.ts'
import type { Mode } from '../../src/calls/call.ts'
import { createCallStore } from '../../src/calls/store.ts'
import { createCheckoutService } from '../../src/checkout/service.ts'
import { createCheckoutStore } from '../../src/checkout/store.ts'
import { createConversationStore } from '../../src/conversations/store.ts'
import { createCreditStore } from '../../src/credits/store.ts'
import { createDialingPauseStore } from '../../src/dialing/store.ts'
import { createDoNotCallService } from '../../src/do-not-call/service.ts'
import { createDoNotCallStore } from '../../src/do-not-call/store.ts'
import { createHostStore } from '../../src/hosts/store.ts'
import { createIdempotencyService } from '../../src/idempotency/service.ts'
import { createIdempotencyStore } from '../../src/idempotency/store.ts'
import { newId } from '../../src/ids.ts'
import { createKeyService } from '../../src/keys/service.ts'
import { createLog } from '../../src/log.ts'
import { createMetrics } from '../../src/metrics.ts'
import { createMongo, isStoreReachable, isStoreUnreachable } from '../../src/providers/mongo.ts'
import type { Carrier, Engine } from '../../src/providers/ports.ts'
import { createPaymentRouter } from '../../src/providers/stripe/routes.ts'
import { createCarrierRouter } from '../../src/providers/twilio/routes.ts'
import { createRateLimits } from '../../src/rate-limits/limiter.ts'
import { createRateLimitStore } from '../../src/rate-limits/store.ts'
import { NO_TRACING } from '../../src/tracing.ts'
import { checkAgainst, undocumented, watchAnswers } from './documented.ts'

export interface RecordingEngine extends Engine {
  /** What it was told, in order: the method's name and its arguments. */
  told: unknown[][]
  /** From now on every message fails, as when Temporal is away. */
  isAway: boolean
  /** Resolves once it has been told this of a call. */
  untilTold: (name: keyof Engine, callId: string) => Promise<void>
}

const createRecordingEngine = (): RecordingEngine => {
  const messages = new EventEmitter()
  const engine: RecordingEngine = {
    told: [],
    isAway: false,
    untilTold: async (name, callId) => {
      while (!engine.told.some(([told, id]) => told === name && id === callId)) await once(messages, 'message')
    },
    startCall: call => note('startCall', call._id),
    findRun: async () => 'running',
    signalAnswered: callId => note('signalAnswered', callId),
    signalLegEnded: (callId, ended) => note('signalLegEnded', callId, ended),
    signalStreamLost: (callId, generation) => note('signalStreamLost', callId, generation),
    signalHostLost: (callId, generation) => note('signalHostLost', callId, generation),
    signalHandoverRequested: (callId, generation) => note('signalHandoverRequested', callId, generation),
    signalCancelRequested: callId => note('signalCancelRequested', callId),
    signalMediaReady: (callId, generation, host) => note('signalMediaReady', callId, generation, host),
  }
  const note = async (...message: unknown[]): Promise<void> => {
    if (engine.isAway) throw new Error('Temporal does not answer')
    engine.told.push(message)
    messages.emit('message')
  }
  return engine
}

export const AUTH_TOKEN = 'a-carrier-token'

/** Where a signed carrier request says that it was sent: not where the server listens, as behind a proxy. */
export const PUBLIC_URL = 'https://errand.example/base'

/** Serves an app on a free port; the app may be made of the address. No answer of it may be undocumented. */
export const serve = async (app: Koa | ((url: string) => Koa)) => {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const koa = typeof app === 'function' ? app(url) : app
  koa.middleware.unshift(watchAnswers)
  const handle = koa.callback()
  server.on('request', (request, response) => void handle(request, response))
  return {
    url,
    close: async (): Promise<void> => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

/** Makes the carrier's adapter, given where it will reach the API. */
export type CarrierAt = (publicUrl: string) => Pick<Carrier, 'hangUp'>

const startApi = async (carrierAt?: CarrierAt) => {
  const log = createLog('test', 'silent')
  const mongo = await createMongo({ url: inject('mongodbUrl'), database: newId('api'), log })
  const { db } = mongo
  const calls = createCallStore(db)
  await calls.ensureIndexes()
  await createRateLimitStore(db).ensureIndexes()
  const conversations = createConversationStore(db)
  const credits = createCreditStore(db)
  const shops = { live: null, test: null }
  const checkout = createCheckoutService({ checkouts: createCheckoutStore(db), credits, shops, log })
  const accounts = createAccountService(db)
  const keys = createKeyService(db)
  const hosts = createHostStore(db)
  const engine = createRecordingEngine()
  const hungUp: string[] = []

  const depsAt = (publicUrl: string, carrier: Pick<Carrier, 'hangUp'>): AppDeps => ({
    calls,
    conversations,
    credits,
    checkout,
    accounts,
    doNotCall: createDoNotCallService(createDoNotCallStore(db)),
    pauses: createDialingPauseStore(db),
    keys,
    idempotency: createIdempotencyService(createIdempotencyStore(db)),
    rateLimits: createRateLimits(db),
    clock: () => new Date(),
    trustedProxies: 0,
    engine,
    publicUrl,
    modes: new Set<Mode>(['test']),
    carrierRouter: createCarrierRouter({
      calls,
      conversations,
      hosts,
      engine,
      carriers: { live: null, test: { authToken: AUTH_TOKEN, carrier } },
      publicUrl,
      timeouts: { instructionsPollMs: 300, fillerLimitMs: 20_000, leaseStaleMs: 6_000 },
      log,
    }),
    paymentRouter: createPaymentRouter({ shops, notePayment: checkout.notePayment, log }),
    isStoreReachable: () => isStoreReachable(db, 1_000),
    isUnreachable: isStoreUnreachable,
    metrics: createMetrics({ process: 'api' }),
    tracing: NO_TRACING,
    log,
  })
  const noted = { hangUp: async (legId: string) => void hungUp.push(legId) }
  const deps = depsAt(PUBLIC_URL, noted)
  checkAgainst(deps)
  const { url, close } = await serve(url => createApp(carrierAt ? depsAt(url, carrierAt(url)) : deps))

  /** Sends a request and reads its JSON; `key: null` sends none. */
  const send = async (
    method: string,
    path: string,
    { key, body, headers = {} }: { key?: string | null; body?: unknown; headers?: Record<string, string> } = {},
  ) => {
    const response = await fetch(url + path, {
      method,
      headers: { ...(key ? { 'x-api-key': key } : {}), 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') ?? false
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson && text !== '' ? JSON.parse(text) : null,
    }
  }

  /** A new account with its five credits, and a key of it. */
  const newAccount = async (mode: Mode = 'test') => {
    const { accountId } = await accounts.create('Ada')
    return { accountId, key: await keys.create(accountId, mode) }
  }

  return {
    ...deps,
    deps,
    engine,
    url,
    db,
    keys,
    hosts,
    hungUp,
    send,
    newAccount,
    close: async () => {
      await close()
      await db.dropDatabase()
      await mongo.close()
    },
  }
}

export type Api = Awaited<ReturnType<typeof startApi>>

/** One API for a test file; read it inside tests as `api()`. A carrier that is given reaches it at its own address. */
export const useApi = (carrierAt?: CarrierAt): (() => Api) => {
  let api: Api
  beforeAll(async () => {
    api = await startApi(carrierAt)
  })
  afterEach(() => expect(undocumented.splice(0)).toEqual([]))
  afterAll(async () => await api.close())
  return () => api
}

/** The least that POST /calls takes. */
export const CALL = { to_phone_number: '+14155550100', objective: 'Book a table for 2 at 7pm at Nopa' }
