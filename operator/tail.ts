// Follows one call: its statuses, and what is said once it is said, until it has ended.
import { setTimeout as sleep } from 'node:timers/promises'

import { isEnded } from '../src/calls/call.ts'
import type { Call } from '../src/calls/call.ts'
import type { Conversation } from '../src/conversations/conversation.ts'
import type { Operator } from './deps.ts'
import { oneLine } from './show.ts'

const LOOK_EVERY_MS = 500

type Follower = Pick<Operator, 'calls' | 'conversations' | 'say' | 'interrupted'>

/** Says what becomes of a call until it has ended, or the operator has seen enough. */
export const follow = async ({ calls, conversations, say, interrupted }: Follower, id: string): Promise<void> => {
  const said = new Set<string>()
  let status = ''
  for (;;) {
    const call = await calls.find(id)
    if (!call) return
    // After the call: what it says of its end is true of the conversation then.
    const conversation = await conversations.find(id)
    const isOver = isEnded(call.status)
    const isNews = call.status !== status
    status = call.status
    if (isNews && !isOver) sayStatus(say, call)
    for (const [key, turn] of newTurns(conversation, said, isOver)) {
      said.add(key)
      say(
        `${clockOf(turn.atMs)}  ${turn.role === 'agent' ? 'Agent' : 'Callee'}: ${oneLine(turn.text)}${turn.interrupted ? ' …' : ''}`,
        {
          at_ms: Math.round(turn.atMs),
          role: turn.role,
          text: turn.text,
          interrupted: turn.interrupted,
        },
      )
    }
    if (isOver) return sayStatus(say, call)
    if (!(await pause(interrupted))) return
  }
}

const newTurns = (conversation: Conversation | null, said: Set<string>, isOver: boolean) =>
  Object.entries(conversation?.turns ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .filter(([key, turn]) => !said.has(key) && turn.text !== '' && (turn.final || isOver))

/** False when the operator has seen enough. */
const pause = async (interrupted: AbortSignal): Promise<boolean> => {
  await sleep(LOOK_EVERY_MS, undefined, { signal: interrupted }).catch(() => undefined)
  return !interrupted.aborted
}

const sayStatus = (say: Follower['say'], { status, outcome, errorCode, errorMessage, summary }: Call): void => {
  const details = [outcome, errorCode, summary ?? errorMessage].filter(part => part !== null).join(', ')
  say(details === '' ? `--- ${status}` : `--- ${status}: ${details}`, {
    status,
    outcome,
    error_code: errorCode,
    error_message: errorMessage,
    summary,
  })
}

const clockOf = (ms: number): string => {
  const seconds = Math.floor(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`.padStart(5)
}
