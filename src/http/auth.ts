import type { Context } from 'koa'

import { AppError } from '../errors.ts'
import { hashSecret, isWellFormedSecret, keyIdOf } from '../keys/secret.ts'
import type { KeyService, Principal } from '../keys/service.ts'
import type { RateLimits } from '../rate-limits/limiter.ts'
import { countUnauthorized } from './rate-limit.ts'

export interface AuthDeps {
  keys: KeyService
  rateLimits: RateLimits
}

/** Whom the request's key speaks for. Missing, malformed, unknown and revoked keys get the same answer, and not too often. */
export const authenticate = async (ctx: Context, { keys, rateLimits }: AuthDeps): Promise<Principal> => {
  const secret = secretOf(ctx)
  const principal = secret === null ? null : await keys.authenticate(secret)
  if (principal) return principal
  await countUnauthorized(ctx, rateLimits.unauthorized)
  throw new AppError(
    'unauthorized',
    'Invalid or missing API key. Expected a key of your account in the x-api-key header, or as Authorization: Bearer',
    { 'WWW-Authenticate': 'Bearer' },
  )
}

/** The id of the key that a request claims to have, before anybody has looked; `null` where it can be none. */
export const claimedKeyId = (ctx: Context): string | null => {
  const secret = secretOf(ctx)
  return secret !== null && isWellFormedSecret(secret) ? keyIdOf(hashSecret(secret)) : null
}

const secretOf = (ctx: Context): string | null => {
  const own = ctx.get('x-api-key').trim()
  if (own !== '') return own
  return /^bearer +(\S+)$/i.exec(ctx.get('authorization').trim())?.[1] ?? null
}
