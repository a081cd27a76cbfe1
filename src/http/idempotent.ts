import type { Context } from 'koa'

import type { Attempt, IdempotencyService } from '../idempotency/service.ts'
import type { Principal } from '../keys/service.ts'

interface Request {
  principal: Principal
  body: Record<string, unknown>
  act: (attempt: Attempt | null) => Promise<unknown>
}

/** The text that answers a request: of a repeated one with an Idempotency-Key the first answer, byte for byte. */
export const answerOnce = async (
  ctx: Context,
  idempotency: IdempotencyService,
  { principal, body, act }: Request,
): Promise<string> => {
  const key = ctx.headers['idempotency-key']
  if (typeof key !== 'string') return toText(await act(null))
  const begun = await idempotency.begin(principal, key, body)
  if (begun.kind === 'answered') {
    ctx.set('Idempotent-Replayed', 'true')
    return begun.answer
  }
  try {
    return await begun.keep(toText(await act(begun.attempt)))
  } catch (error) {
    // If the store is away for this too, the next attempt waits until this one's time is over.
    await begun.giveUp(error).catch(() => undefined)
    throw error
  }
}

const toText = (answer: unknown): string => JSON.stringify(answer)
