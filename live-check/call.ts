// The one call of the live check, seen from the store and from the carrier.
import { setTimeout as delay } from 'node:timers/promises'
import type { Db } from 'mongodb'

import type { Call } from '../src/calls/call.ts'
import { turnsOf } from '../src/conversations/conversation.ts'
import type { Conversation } from '../src/conversations/conversation.ts'
import type { HostLease } from '../src/hosts/host.ts'

const LOOK_EVERY_MS = 100

/** The call with its conversation, as they are stored now. */
export interface Seen {
  call: Call
  conversation: Conversation | null
}

export const createObserver = (db: Db, callId: string, signal: AbortSignal) => {
  const look = async (): Promise<Seen> => {
    const call = await db.collection<Call>('calls').findOne({ _id: callId })
    if (!call) throw new Error(`the call ${callId} is gone`)
    return { call, conversation: await db.collection<Conversation>('conversations').findOne({ _id: callId }) }
  }
  return {
    /** Until `is` holds, or `withinMs` have passed: then `null`. */
    until: async (is: (seen: Seen) => boolean, withinMs: number): Promise<Seen | null> => {
      const untilMs = performance.now() + withinMs
      for (;;) {
        const seen = await look()
        if (is(seen)) return seen
        if (performance.now() >= untilMs) return null
        await delay(LOOK_EVERY_MS, undefined, { signal })
      }
    },
    /** Where the host that holds the conversation takes its streams. */
    hostUrl: async ({ conversation }: Seen): Promise<string> => {
      const lease = await db.collection<HostLease>('hosts').findOne({ _id: conversation?.host ?? '' })
      if (!lease) throw new Error('nobody holds the conversation')
      return lease.url
    },
  }
}

export const isOver = ({ call }: Seen): boolean => ['completed', 'failed', 'canceled'].includes(call.status)

/** Both have said something: the host that dies now dies in the middle of a conversation. */
export const isTalking = ({ conversation }: Seen): boolean => {
  const roles = new Set(conversation ? turnsOf(conversation).map(({ role }) => role) : [])
  return roles.has('agent') && roles.has('callee')
}
