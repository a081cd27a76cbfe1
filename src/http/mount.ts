import { Router } from '@koa/router'
import type { RouterContext } from '@koa/router'
import type { Middleware } from 'koa'

import { AppError } from '../errors.ts'
import type { Attempt, IdempotencyService } from '../idempotency/service.ts'
import { isCallId } from '../ids.ts'
import type { Principal } from '../keys/service.ts'
import type { Standing } from '../rate-limits/rate-limit.ts'
import { authenticate, claimedKeyId } from './auth.ts'
import type { AuthDeps } from './auth.ts'
import { readJsonObject } from './body.ts'
import { answerOnce } from './idempotent.ts'
import { countRequest, tellStanding } from './rate-limit.ts'
import type { Route } from './route.ts'

export interface RouterDeps extends AuthDeps {
  idempotency: IdempotencyService
}

/** A router of all `routes`. The order of checks is the contract's: key, body, idempotency, rate, fields, and then the route's own. */
export const createRouter = (routes: Route[], deps: RouterDeps): Router => {
  const router = new Router({ sensitive: true })
  for (const route of routes)
    router.register(route.path, [route.method], async ctx => {
      ctx.state.callId = callIdIn(ctx.params)
      const ahead = lookAhead(ctx, route, deps)
      const principal = await authenticate(ctx, deps)
      ctx.state.principal = principal
      ctx.set('Cache-Control', 'no-store')
      const answer = await withinLimit(ctx, route, principal, deps, ahead)
      ctx.status = route.response.status
      if (typeof answer === 'string') ctx.type = 'json'
      ctx.body = answer
      ctx.state.callId ??= callIdIn(dataOf(answer))
    })
  return router
}

interface Ahead {
  standing?: Promise<Standing>
  read?: Promise<unknown>
}

/**
 * What is read while the key is looked up: reading waits for the store once, not twice. Nothing of it is told before the
 * key is known, and a text that can be no key costs the store nothing.
 */
const lookAhead = (ctx: RouterContext, route: Route, { rateLimits }: RouterDeps): Ahead => {
  const keyId = claimedKeyId(ctx)
  if (keyId === null) return {}
  const { callId } = ctx.state
  const ahead: Ahead = {
    // What counts nothing is told beside it.
    ...(!route.isRateLimited && { standing: rateLimits.calls.look(keyId) }),
    ...(route.readAhead && callId !== undefined && { read: route.readAhead(callId) }),
  }
  // Whoever awaits them is told; without a right key nobody does.
  for (const reading of Object.values(ahead) as Promise<unknown>[]) reading.catch(() => undefined)
  return ahead
}

/** The route's answer. Every answer says where the key stands with its calls, also what was not counted. */
const withinLimit = async (
  ctx: RouterContext,
  route: Route,
  principal: Principal,
  deps: RouterDeps,
  { standing, read }: Ahead,
): Promise<unknown> => {
  const { calls: limiter } = deps.rateLimits
  try {
    // Within the answer to one key: a request that is repeated with it does not count.
    const count = async () => await countRequest(ctx, limiter, principal.keyId)
    return await answerTo(ctx, route, principal, deps, { read, ...(route.isRateLimited && { count }) })
  } finally {
    await tellStanding(ctx, async () => await (standing ?? limiter.look(principal.keyId)))
  }
}

const answerTo = async (
  ctx: RouterContext,
  route: Route,
  principal: Principal,
  { idempotency }: RouterDeps,
  { read, count }: { read: Promise<unknown> | undefined; count?: () => Promise<void> },
): Promise<unknown> => {
  const body = route.body ? await readJsonObject(ctx) : {}
  const act = async (attempt: Attempt | null) => {
    await count?.()
    const { params, query } = ctx
    return await route.answer({ principal, params, query, body, attempt, ...(read && { ahead: read }) })
  }
  return route.isIdempotent ? await answerOnce(ctx, idempotency, { principal, body, act }) : await act(null)
}

/** The id of the call that a request or its answer is about, for logs and traces. */
const callIdIn = (fields: unknown): string | undefined => {
  const { call_id: callId } = (fields ?? {}) as { call_id?: unknown }
  return typeof callId === 'string' && isCallId(callId) ? callId : undefined
}

const dataOf = (answer: unknown): unknown =>
  ((typeof answer === 'string' ? JSON.parse(answer) : answer) as { data?: unknown }).data

/** The routers, and what no route of theirs answers: OPTIONS, 405 with `Allow`, 404. */
export const mount = (routers: Router[]): Middleware[] => [
  ...routers.map(router => router.routes() as Middleware),
  ctx => {
    const methods = routers.flatMap(router =>
      router.match(ctx.path, ctx.method).path.flatMap(layer => layer.methods),
    )
    if (methods.length === 0)
      throw new AppError(
        'not_found',
        `Unrecognized request path (${ctx.method} ${ctx.path}). Expected one of the API's paths, such as /api/v1/calls; /docs has them all`,
      )
    const allow = [...new Set([...methods, 'OPTIONS'])].join(', ')
    if (ctx.method !== 'OPTIONS')
      throw new AppError(
        'method_not_allowed',
        `Method ${ctx.method} is not allowed here. Expected one of: ${allow}`,
        {
          Allow: allow,
        },
      )
    ctx.set('Allow', allow)
    ctx.status = 204
  },
]
