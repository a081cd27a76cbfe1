// The one place where errors become responses.
import type { Context, Middleware } from 'koa'

import { AppError } from '../errors.ts'
import type { ErrorCode } from '../errors.ts'
import type { Log } from '../log.ts'

/** The HTTP status of every code that a client can be given. */
export const STATUS: Record<ErrorCode, number> = {
  invalid_json: 400,
  invalid_body: 400,
  missing_field: 400,
  unauthorized: 401,
  insufficient_credits: 402,
  call_not_found: 404,
  not_found: 404,
  method_not_allowed: 405,
  call_already_ended: 409,
  idempotency_conflict: 409,
  idempotency_in_progress: 409,
  invalid_phone: 422,
  unsupported_region: 422,
  emergency_number: 422,
  blocked_number: 422,
  validation_error: 422,
  rate_limit_exceeded: 429,
  too_many_calls: 429,
  internal_error: 500,
  unavailable: 503,
}

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
      ctx.status = STATUS[known.code]
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
