import type { LegAccount } from '../../src/sandbox/carrier/account.ts'
import { FIRST_TOKEN_MS } from '../../src/sandbox/model/realtime/response.ts'

/** By this much silence the model knows that somebody has finished: the default of its protocol. */
export const TURN_END_MS = 500

/** In ms from the loss of the host. */
export interface Silence {
  /** Until the successor's stream was open. */
  toStreamMs: number
  /** Until the successor's first frame was heard. */
  toFrameMs: number
  /** The same without the model's first token, and without the turn of a callee who spoke before that. */
  oursMs: number
}

/**
 * What the carrier's account of a leg that had two streams tells of the time between them; null until it is over.
 * `toStreamMs` is given where media time cannot tell it, because it stood still.
 */
export const silenceOf = ({ streams, callee }: LegAccount, toStreamMs?: number): Silence | null => {
  const [old, next] = streams
  if (!old || !next || next.openedMs === null || next.firstPlayedMs === null) return null
  const { openedMs, firstPlayedMs } = next
  const lostMs = old.closedMs ?? openedMs
  const lastSaid = callee.findLast(
    ({ kind, atMs, endMs }) => kind === 'said' && endMs > lostMs && atMs < firstPlayedMs,
  )
  // From here on the next word was the agent's.
  const turnMs = Math.max(openedMs, lastSaid ? lastSaid.endMs + TURN_END_MS : 0)
  const beforeMs = toStreamMs ?? openedMs - lostMs
  return {
    toStreamMs: beforeMs,
    toFrameMs: beforeMs + firstPlayedMs - openedMs,
    oursMs: beforeMs + Math.max(0, firstPlayedMs - turnMs - FIRST_TOKEN_MS),
  }
}
