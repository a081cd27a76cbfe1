// What goes wrong with the model in a call, as its scenario says. The model is not told whose call it is: it knows the
// callee by its greeting, heard or written down, as each scenario that troubles it has a greeting of its own.
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { ModelTrouble } from '../scenarios/scenario.ts'
import { SCENARIOS } from '../scenarios/table.ts'
import { ApiRefusal } from './errors.ts'
import type { Line } from './mind/judge.ts'

/** The trouble with the callee who says these words; null for any other. */
export const troubleWith = (lines: readonly Line[]): ModelTrouble | null => {
  const words = lines.filter(line => line.speaker === 'callee').map(line => line.text)
  const scenario = SCENARIOS.find(
    ({ model, callee }) =>
      model && callee && 'greeting' in callee && words.some(text => text.includes(callee.greeting)),
  )
  return scenario?.model ?? null
}

const MOST_KEPT = 1000

/** Refuses the same request as often as its trouble says, once and then from the beginning. */
export const createOverload = () => {
  const refused = new Map<string, number>()
  return {
    /** Throws the ApiRefusal that a request is answered with, if it is. */
    pass: (request: string, times: number): void => {
      const key = createHash('sha256').update(request).digest('hex')
      const before = refused.get(key) ?? 0
      refused.delete(key)
      if (before >= times) return
      refused.set(key, before + 1)
      for (const oldest of refused.keys()) if (refused.size > MOST_KEPT) refused.delete(oldest)
      throw new ApiRefusal(null, 'The server is currently overloaded. Please try again later.', null, 503)
    },
  }
}

/** The next so many sessions, whosever they are, are not let in. */
export const refusalOrder = z.strictObject({
  status: z.union([z.literal(429), z.int().min(500).max(599)]),
  retry_after_seconds: z.int().min(0).nullable().default(null),
  times: z.int().min(0),
})

/** Sessions that are refused by order: when one is asked for, nobody can know yet whose call it is. */
export const createRefusals = () => {
  let left = 0
  let order: z.infer<typeof refusalOrder> | null = null
  return {
    order: (next: z.infer<typeof refusalOrder>): void => {
      order = next
      left = next.times
    },
    /** What the session that is asked for now is refused with, if it is. */
    next: (): { refusal: ApiRefusal; retryAfterSeconds: number | null } | null => {
      if (!order || left === 0) return null
      left--
      const { status, retry_after_seconds: retryAfterSeconds } = order
      const code = status === 429 ? 'rate_limit_exceeded' : null
      return { refusal: new ApiRefusal(code, 'Not now. Please try again later.', null, status), retryAfterSeconds }
    },
  }
}
