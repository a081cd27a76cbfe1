import { Router } from '@koa/router'
import type { Middleware } from 'koa'

import { AppError } from '../errors.ts'
import { isCallId } from '../ids.ts'
import type { KeyService } from '../keys/service.ts'
import { authenticate } from './auth.ts'
import { readJsonObject } from './body.ts'
import type { Route } from './route.ts'

/** A router of all `routes`. The order of checks is the contract's: key, body, fields, and then the route's own. */
export const createRouter = (routes: Route[], keys: KeyService): Router => {
  const router = new Router({ sensitive: true })
  for (const route of routes)
    router.register(route.path, [route.method], async ctx => {
      const principal = await authenticate(ctx, keys)
      ctx.state.principal = principal
      ctx.set('Cache-Control', 'no-store')
      ctx.state.callId = callIdIn(ctx.params)
      const body = route.body ? await readJsonObject(ctx) : {}
      // Idempotency, and then the rate limit, belong here: they need the body, and come before its fields.
      const answer = await route.answer({ principal, params: ctx.params, query: ctx.query, body })
      ctx.status = route.response.status
      ctx.body = answer
      ctx.state.callId ??= callIdIn((answer as { data?: unknown }).data)
    })
  return router
}

/** The id of the call that a request or its answer is about, for logs and traces. */
const callIdIn = (fields: unknown): string | undefined => {
  const { call_id: callId } = (fields ?? {}) as { call_id?: unknown }
  return typeof callId === 'string' && isCallId(callId) ? callId : undefined
}

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
        `Unrecognized request path (${ctx.method} ${ctx.path}). Expected one of the API's paths, such as /api/v1/calls`,
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
