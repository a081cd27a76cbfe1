import type { AnsweredBy } from '../calls/call.ts'
import type { StoredTurn } from '../conversations/conversation.ts'

/**
 * Who has to say something after a break: `agent_again` broke off, of `callee_again` words are lost, `model` answers by
 * itself what it hears now, and `nobody` has said anything yet.
 */
export type NextWord = 'agent' | 'agent_again' | 'callee' | 'callee_again' | 'model' | 'nobody'

/** Whose word it is after that turn, where the conversation broke. */
export const nextWordAfter = (last: StoredTurn | undefined): NextWord => {
  if (!last) return 'nobody'
  const isWhole = last.final && !last.interrupted
  if (last.role === 'callee') return isWhole ? 'agent' : 'callee_again'
  if (last.cut) return 'callee_again'
  return isWhole ? 'callee' : 'agent_again'
}

/** What a bridge hears of its agent. */
export interface AgentEvents {
  /** A turn was completed, cut or corrected. */
  turnsChanged: () => void
  calleeSpoke: () => void
  /** The agent wants to end the call, once what it says has been heard. */
  endCalled: () => void
  /** The agent hears the greeting of a voicemail, and waits for the beep. */
  waitsForBeep: () => void
  /** Who answered, as far as the agent can tell. */
  found: (who: AnsweredBy) => void
  /** The callee does not want to be called again. */
  doNotCall: () => void
  /** A new session has taken over from a lost one. */
  resumed: (next: NextWord) => void
  /** There is no session any more, and none can be had. */
  lost: () => void
}
