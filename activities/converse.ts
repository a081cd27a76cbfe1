import { ApplicationFailure, Context } from '@temporalio/activity'

import type { MediaHost } from '../src/media/host.ts'
import type { ConverseInput, ConverseProgress, ConverseResult } from '../workflows/contract.ts'

const HEARTBEAT_MS = 5_000

/** Reasons that are only suspicions of a server that was away: the call on the line goes on. */
const SUSPICIONS = ['TIMED_OUT', 'NOT_FOUND']

/**
 * Holds a conversation on this media host. It runs as long as the call does, and is tried once: a conversation that
 * was lost goes on as the workflow's next generation.
 */
export const createConverseActivity = ({ converse }: Pick<MediaHost, 'converse'>) => ({
  converse: async (input: ConverseInput): Promise<ConverseResult> => {
    const context = Context.current()
    const released = new AbortController()
    context.cancelled.catch((reason: Error) => {
      if (!SUSPICIONS.includes(reason.message)) released.abort(reason)
    })
    let progress: ConverseProgress = { turns: 0, mediaMs: 0 }
    const heartbeat = setInterval(() => context.heartbeat(progress), HEARTBEAT_MS)
    try {
      const result = await converse(input, released.signal, now => (progress = now))
      if (result.kind === 'refused') throw ApplicationFailure.nonRetryable(result.message, result.code)
      return result
    } finally {
      clearInterval(heartbeat)
    }
  },
})
