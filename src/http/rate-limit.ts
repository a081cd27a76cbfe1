// Rate limits on the wire: `RateLimit-Limit`, `-Remaining` and `-Reset` (seconds) with `RateLimit-Policy`, as in
// draft-ietf-httpapi-ratelimit-headers-06, the form that clients know; and 429 with `Retry-After`.
import type { Context } from 'koa'

import { AppError } from '../errors.ts'
import type { Limiter } from '../rate-limits/limiter.ts'
import { addressGroup } from '../rate-limits/rate-limit.ts'
import type { Standing } from '../rate-limits/rate-limit.ts'

/** Counts a request against a key's limit, and says so in the answer's headers; throws `rate_limit_exceeded`. */
export const countRequest = async (ctx: Context, limiter: Limiter, keyId: string): Promise<void> => {
  enforce(ctx, await limiter.count(keyId), 'Too many calls with this key')
}

/** Says where the key stands in an answer that was not counted. It may be left out: the answer counts for more. */
export const tellStanding = async (ctx: Context, look: () => Promise<Standing>): Promise<void> => {
  if (ctx.response.headers['ratelimit-limit'] !== undefined) return
  await look().then(
    standing => tell(ctx, standing),
    () => undefined,
  )
}

/** Counts a request without a right key against its address; throws `rate_limit_exceeded`. */
export const countUnauthorized = async (ctx: Context, limiter: Limiter): Promise<void> => {
  // Without the store it is refused all the same, only not counted.
  const standing = await limiter.count(addressGroup(ctx.ip)).catch(() => null)
  if (standing) enforce(ctx, standing, 'Too many requests without a valid API key from this address')
}

const enforce = (ctx: Context, standing: Standing, tooMany: string): void => {
  tell(ctx, standing)
  if (!standing.isExceeded) return
  const { most, windowSeconds } = standing.limit
  const seconds = Math.max(1, secondsOf(standing.resetMs))
  throw new AppError(
    'rate_limit_exceeded',
    `${tooMany}. Expected at most ${most} in ${windowSeconds} seconds: retry in ${seconds} seconds`,
    { 'Retry-After': String(seconds) },
  )
}

const tell = (ctx: Context, { limit, remaining, resetMs }: Standing): void => {
  ctx.set({
    'RateLimit-Limit': String(limit.most),
    'RateLimit-Remaining': String(remaining),
    'RateLimit-Reset': String(secondsOf(resetMs)),
    'RateLimit-Policy': `${limit.most};w=${limit.windowSeconds}`,
  })
}

const secondsOf = (ms: number): number => Math.ceil(ms / 1000)
