// The transcript of a call whose conversation was disturbed, against the callee's own account.
// T1  A sentence that was settled (said on a stream, and finished a second before the fault) is there once and whole.
// T2  The callee is said to have said only what it said.
// T3  The agent greets once: a greeting that was settled is not said again.
import type { Line } from '../../src/sandbox/callee/account.ts'
import type { LegAccount } from '../../src/sandbox/carrier/account.ts'
import type { WireTurn } from './turns.ts'

/** What is known of the fault, in media time. */
export interface Loss {
  /** When it came; `null`: when the carrier lost a stream. */
  lossMs: number | null
  /** A sentence that was finished so long before it is stored. */
  settledMs: number
}

/** A second of the wall clock, and the polls and writes on the way, at a speed of media time. */
export const settledMsAt = (speed: number): number => 1_000 + 300 * speed

const KIND = { agent: 'heard', callee: 'said' } as const

/** Media time at which the carrier lost the first stream that did not end in order; infinite, if none did. */
const brokenMs = ({ streams }: LegAccount): number =>
  Math.min(
    ...streams.filter(({ end }) => end !== 'served').map(({ closedMs }) => closedMs ?? 0),
    Number.POSITIVE_INFINITY,
  )

const isGreeting = (text: string): boolean => /\bAI assistant\b/i.test(text)

/** `lines` are what was said and heard, without what the carrier itself announced. */
export const checkHandover = (
  leg: LegAccount | undefined,
  lines: readonly Line[],
  turns: readonly WireTurn[],
  { lossMs, settledMs }: Loss,
): string[] => {
  if (!leg) return []
  const lostMs = Math.min(brokenMs(leg), lossMs ?? Number.POSITIVE_INFINITY)
  const isSettled = ({ whole, text, atMs, endMs }: Line): boolean =>
    whole && text !== '' && endMs + settledMs <= lostMs && isOnStream(leg, atMs, endMs)
  const found = lostMs === Number.POSITIVE_INFINITY ? [] : missing(lines.filter(isSettled), lines, turns)
  const said = lines
    .filter(({ kind }) => kind === 'said')
    .map(({ text }) => text)
    .join(' ')
  for (const { role, text } of turns)
    if (role === 'callee' && !text.includes('[…]') && !said.includes(text))
      found.push(`the callee never said ${JSON.stringify(text)}`)
  const greetings = lines.filter(({ kind, whole, text }) => kind === 'heard' && whole && isGreeting(text))
  if (greetings.length > 1 && greetings.some(isSettled)) found.push(`the agent greeted ${greetings.length} times`)
  return found
}

/** What is said while the carrier plays something else, or connects, is heard by nobody. */
const isOnStream = ({ streams }: LegAccount, fromMs: number, toMs: number): boolean =>
  streams.some(
    ({ openedMs, closedMs }) =>
      openedMs !== null && openedMs <= fromMs && toMs <= (closedMs ?? Number.POSITIVE_INFINITY),
  )

const countOf = <T>(list: readonly T[], is: (one: T) => boolean): number => list.filter(is).length

const missing = (settled: readonly Line[], all: readonly Line[], turns: readonly WireTurn[]): string[] => {
  const seen = new Set<string>()
  return settled.flatMap(({ kind, text }) => {
    if (seen.has(`${kind} ${text}`)) return []
    seen.add(`${kind} ${text}`)
    const expected = countOf(all, line => line.kind === kind && line.text === text && line.whole)
    // Two sentences of the callee without a pause are one turn.
    const isThere = (turn: WireTurn): boolean => (kind === 'said' ? turn.text.includes(text) : turn.text === text)
    const got = countOf(turns, turn => KIND[turn.role] === kind && isThere(turn))
    const least = countOf(settled, line => line.kind === kind && line.text === text)
    if (got >= least && got <= expected) return []
    return [`${JSON.stringify(text)} was ${kind} ${expected} times, and is in the transcript ${got} times`]
  })
}
