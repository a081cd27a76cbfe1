import Koa from 'koa'
import type { Router } from '@koa/router'

import type { AccountService } from './accounts/service.ts'
import type { CheckoutService } from './checkout/service.ts'
import { callRoutes } from './calls/routes.ts'
import { createCallService } from './calls/service.ts'
import type { CallStore } from './calls/store.ts'
import type { Mode } from './calls/call.ts'
import type { ConversationStore } from './conversations/store.ts'
import { creditRoutes } from './credits/routes.ts'
import type { CreditStore } from './credits/store.ts'
import { doNotCallRoutes } from './do-not-call/routes.ts'
import type { DialingPauseStore } from './dialing/store.ts'
import { createDocsRouter } from './docs/routes.ts'
import type { DoNotCallService } from './do-not-call/service.ts'
import { errorResponses } from './http/errors.ts'
import { createHealthRouter } from './http/health.ts'
import { createRouter, mount } from './http/mount.ts'
import { observeRequests } from './http/observe.ts'
import { requestIds, requestLog } from './http/request-log.ts'
import type { Route } from './http/route.ts'
import type { IdempotencyService } from './idempotency/service.ts'
import type { KeyService } from './keys/service.ts'
import type { Log } from './log.ts'
import type { Observers } from './observe.ts'
import type { Engine } from './providers/ports.ts'
import type { RateLimits } from './rate-limits/limiter.ts'
import { testNumberRoutes } from './test-numbers/routes.ts'

/** What the API is made of; `deps.ts` chooses it. */
export interface AppDeps extends Observers {
  calls: CallStore
  conversations: ConversationStore
  credits: CreditStore
  checkout: CheckoutService
  accounts: AccountService
  doNotCall: DoNotCallService
  pauses: DialingPauseStore
  keys: KeyService
  idempotency: IdempotencyService
  rateLimits: RateLimits
  /** How many proxies stand in front and say in X-Forwarded-For whom they serve; without one it is not believed. */
  trustedProxies: number
  engine: Engine
  /** Where clients reach the API. */
  publicUrl: string
  /** The modes that have a carrier. */
  modes: ReadonlySet<Mode>
  clock: () => Date
  /** What the carrier asks and tells. */
  carrierRouter: Router
  /** What the payment provider tells. */
  paymentRouter: Router
  isStoreReachable: () => Promise<boolean>
  /** Whether an error means that the store does not answer. */
  isUnreachable: (error: unknown) => boolean
  log: Log
}

/** The operations that clients have. */
export const routesOf = (deps: AppDeps): Route[] => [
  ...callRoutes(createCallService(deps)),
  ...creditRoutes(deps.credits),
  ...doNotCallRoutes(deps.doNotCall),
  ...testNumberRoutes,
]

/** The API: objective calls for clients, instructions and callbacks for the carrier, health for operators. */
export const createApp = (deps: AppDeps): Koa => {
  const app = new Koa()
  const routes = routesOf(deps)
  const routers = [
    createRouter(routes, deps),
    createDocsRouter(routes, deps.publicUrl),
    deps.carrierRouter,
    deps.paymentRouter,
    createHealthRouter(deps.isStoreReachable, deps.metrics),
  ]
  app.proxy = deps.trustedProxies > 0
  app.maxIpsCount = deps.trustedProxies
  app.use(requestIds())
  app.use(observeRequests(deps))
  app.use(requestLog(deps.log))
  app.use(errorResponses(deps))
  for (const middleware of mount(routers)) app.use(middleware)
  // What is left are broken connections; without a listener Koa would print them.
  app.on('error', error => deps.log.debug({ err: error }, 'a response could not be sent'))
  return app
}
