import { Router } from '@koa/router'
import type { Middleware } from 'koa'

import { AppError } from '../errors.ts'
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
      const body = route.body ? await readJsonObject(ctx) : {}
      // Idempotency, and then the rate limit, belong here: they need the body, and come before its fields.
      const answer = await route.answer({ principal, params: ctx.params, query: ctx.query, body })
      ctx.status = route.response.status
      ctx.body = answer
    })
  return router
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
