// The one place where errors become responses.
import type { Context, Middleware } from 'koa'

import { AppError } from '../errors.ts'
import type { Log } from '../log.ts'
import { ERRORS } from './error-codes.ts'

const RETRY_SECONDS = '5'

/**
 * Answers every error that comes up from below as `{ error, code }`. An `AppError` says what its client may know;
 * of anything else the client learns the request's id, and the log the rest. `isUnreachable` tells errors that mean
 * that the store does not answer.
 */
export const errorResponses =
  ({ log, isUnreachable }: { log: Log; isUnreachable: (error: unknown) => boolean }): Middleware =>
  async (ctx, next) => {
    try {
      await next()
    } catch (error) {
      const known = error instanceof AppError ? error : translate(ctx, isUnreachable(error))
      if (!(error instanceof AppError)) log.error({ request_id: ctx.state.requestId, err: error }, known.code)
      ctx.status = ERRORS[known.code].status
      ctx.set(known.headers)
      ctx.body = { error: known.message, code: known.code, ...known.fields }
    }
  }

const translate = (ctx: Context, unreachable: boolean): AppError =>
  unreachable
    ? new AppError(
        'unavailable',
        'The request could not be carried out, and may not have been accepted. Retry it with the same Idempotency-Key in a few seconds.',
        { 'Retry-After': RETRY_SECONDS },
      )
    : new AppError(
        'internal_error',
        `Something went wrong on our side. Quote this request id to support: ${String(ctx.state.requestId)}`,
      )
