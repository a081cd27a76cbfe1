// The transcript of a call whose conversation was disturbed, against the callee's own account.
// T1  A sentence that was finished a second (media time) before the loss is there once and whole.
// T2  Nothing is there that the callee did not say or hear, apart from a turn that is marked interrupted.
// T3  The agent greets once: what it was heard to say whole, it does not say again from the beginning of the call.
import type { WireTurn } from '../../devstack/demo/turns.ts'
import type { Line } from '../../src/sandbox/callee/account.ts'
import type { LegAccount } from '../../src/sandbox/carrier/account.ts'

const SETTLED_MS = 1_000
const KIND = { agent: 'heard', callee: 'said' } as const

/** Media time at which the carrier lost the first stream that did not end in order; the end, if none did. */
const lossOf = ({ streams }: LegAccount): number =>
  Math.min(
    ...streams.filter(({ end }) => end !== 'served').map(({ closedMs }) => closedMs ?? 0),
    Number.POSITIVE_INFINITY,
  )

const isGreeting = (text: string): boolean => /\bAI assistant\b/i.test(text)

export const checkHandover = (leg: LegAccount | undefined, turns: readonly WireTurn[]): string[] => {
  if (!leg) return []
  const found: string[] = []
  const lossMs = lossOf(leg)
  const settled = leg.callee.filter(
    ({ whole, text, endMs }) => whole && text !== '' && endMs + SETTLED_MS <= lossMs,
  )
  if (lossMs !== Number.POSITIVE_INFINITY) found.push(...missing(settled, leg.callee, turns))
  for (const turn of turns)
    if (
      turn.role === 'callee' &&
      !leg.callee.some(line => line.kind === 'said' && line.text.includes(turn.text.replace(/\s*\[…\]\s*/g, '')))
    )
      if (!turn.text.includes('[…]')) found.push(`the callee never said ${JSON.stringify(turn.text)}`)
  const greetings = leg.callee.filter(({ kind, whole, text }) => kind === 'heard' && whole && isGreeting(text))
  if (greetings.length > 1) found.push(`the agent greeted ${greetings.length} times`)
  return found
}

const countOf = <T>(list: readonly T[], is: (one: T) => boolean): number => list.filter(is).length

const missing = (settled: readonly Line[], all: readonly Line[], turns: readonly WireTurn[]): string[] => {
  const seen = new Set<string>()
  return settled.flatMap(({ kind, text }) => {
    if (seen.has(`${kind} ${text}`)) return []
    seen.add(`${kind} ${text}`)
    const expected = countOf(all, line => line.kind === kind && line.text === text && line.whole)
    const got = countOf(turns, turn => KIND[turn.role] === kind && turn.text === text)
    const least = countOf(settled, line => line.kind === kind && line.text === text)
    if (got >= least && got <= expected) return []
    return [`${JSON.stringify(text)} was ${kind} ${expected} times, and is in the transcript ${got} times`]
  })
}
