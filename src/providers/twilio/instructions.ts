// What the carrier is told to do with a leg when it asks: at the answer, and whenever a stream's socket has closed.
// N1  It is read from the store alone: no worker is waited for.
// N2  A stream is only offered by a host that is alive and newer than the one whose stream has just ended.
import { isOver } from '../../calls/call.ts'
import type { Call } from '../../calls/call.ts'
import type { Conversation } from '../../conversations/conversation.ts'
import type { After } from './urls.ts'

export type Instruction =
  | { kind: 'hangup' }
  /** No host can take the stream any more. */
  | { kind: 'goodbye' }
  /** The model was lost: the agent cannot say so itself. */
  | { kind: 'apology' }
  | { kind: 'connect'; url: string; token: string; generation: number }
  /** Nobody can take the stream yet; `lost` is the generation that does not, or no longer. */
  | { kind: 'wait'; lost: number }

export interface Situation {
  call: Call | null
  conversation: Conversation | null
  /** The leg that asks. */
  legId: string
  /** The generation whose stream has just ended; 0 at the answer. The fallback address does not know it: `current`. */
  after: After
  /** Whether the host in `ready` has renewed its lease of late, and takes streams. */
  isHostAlive: boolean
  now: Date
}

export const instruct = ({ call, conversation, legId, isHostAlive, now, ...told }: Situation): Instruction => {
  const after = told.after === 'current' ? (conversation?.generation ?? 0) : told.after
  if (!call || isOver(call) || call.legId !== legId || call.leg.ended) return { kind: 'hangup' }
  if (!conversation) return { kind: 'wait', lost: after }
  if (conversation.ended?.reason === 'media_lost') return { kind: 'goodbye' }
  if (conversation.ended?.reason === 'model_lost') return { kind: 'apology' }
  if (conversation.ended || conversation.sealed) return { kind: 'hangup' }
  const { ready } = conversation
  if (!ready || ready.token === null || ready.generation <= after) return { kind: 'wait', lost: after }
  return isHostAlive && ready.expiresAt > now
    ? { kind: 'connect', url: ready.url, token: ready.token, generation: ready.generation }
    : { kind: 'wait', lost: ready.generation }
}
