// Arrivals: where an admitted stream meets the conversation that waits for it.

import type { Conversation } from '../conversations/conversation.ts'
import type { ConversationStore } from '../conversations/store.ts'
import type { Attach, StreamClaim } from './gateway.ts'
import type { Leg } from './leg.ts'

/** A stream that was admitted, and the conversation as it was at that moment. */
export interface Arrival {
  leg: Leg
  conversation: Conversation
}

export type Arrivals = ReturnType<typeof createArrivals>

export const createArrivals = (conversations: Pick<ConversationStore, 'start'>) => {
  const expected = new Map<string, (arrival: Arrival) => void>()
  const keyOf = (callId: string, generation: number): string => `${callId}/${generation}`

  return {
    /** Expects the stream of a generation until it has come or `cancel` is called. */
    expect: (callId: string, generation: number): { promise: Promise<Arrival>; cancel: () => void } => {
      const key = keyOf(callId, generation)
      const { promise, resolve } = Promise.withResolvers<Arrival>()
      expected.set(key, resolve)
      return { promise, cancel: () => void expected.delete(key) }
    },

    /** Uses up the stream's token; `null` if it is not expected here, or its token is wrong, used or expired. */
    admit: async ({ callId, generation, token }: StreamClaim): Promise<Attach | null> => {
      const key = keyOf(callId, generation)
      if (!expected.has(key)) return null
      const conversation = await conversations.start(callId, generation, token, new Date())
      if (!conversation) return null
      return leg => {
        const take = expected.get(key)
        expected.delete(key)
        if (take) take({ leg, conversation })
        // Nobody waits any more: the carrier asks again, and another host takes over.
        else leg.close(1001, 'too late')
      }
    },
  }
}
