import type { Middleware } from 'koa'

import { newId } from '../ids.ts'
import type { Log } from '../log.ts'

/** Gives every request an id, in `ctx.state.requestId` and in the response's `x-request-id`. */
export const requestIds = (): Middleware => async (ctx, next) => {
  ctx.state.requestId = newId('req')
  ctx.set('x-request-id', ctx.state.requestId)
  await next()
}

/** One line a request, without bodies, keys, or the query. */
export const requestLog =
  (log: Log): Middleware =>
  async (ctx, next) => {
    const startedMs = performance.now()
    await next()
    log.info(
      {
        request_id: ctx.state.requestId,
        method: ctx.method,
        path: ctx.path,
        status: ctx.status,
        duration_ms: Math.round(performance.now() - startedMs),
        account_id: ctx.state.principal?.accountId,
        key_id: ctx.state.principal?.keyId,
        call_id: ctx.state.callId,
      },
      'request',
    )
  }
