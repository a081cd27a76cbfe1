// How a call ended, against its scenario and what the carrier knows.
// N1  A fault that the callee cannot hear changes nothing: the call ends as its scenario says, word for word.
// N2  `dial_unknown` is an honest end only where the carrier's own list has no leg of the call.
// N3  The callee never hears the carrier's own error announcement.
// N4  A cancellation that was answered 202 ends the call as canceled; 409 changes nothing; without an answer it is one of
//     the two. Canceling again is answered as the first time, and what nobody answered costs nothing.
// N5  A host that dies as the callee hangs up: nobody can tell which came first, and either end is honest; the last words
//     may be lost with it.
// N6  After a disturbance of the conversation the status and the credit are still those of the scenario; what the callee
//     heard may be another way to it.
// N7  What the callee begins to say while our side hangs up is heard by nobody: that it is over, and when, is stored first.
// N8  A callee who has to wait (the store is away or its host stops as it answers, more than one process is killed) hears the filler, and
//     says something to it: it may hang up, or hear a goodbye for it.
// N9  What befalls the model by the scenario comes when it hears the callee's greeting: one that was lost with its host
//     brings nothing.
import { transcriptOf, withoutAnnouncements } from '../../devstack/demo/differences.ts'
import { checkHandover } from '../../devstack/demo/handover.ts'
import { turnDifferences } from '../../devstack/demo/word-for-word.ts'
import type { Line } from '../../src/sandbox/callee/account.ts'
import type { LegAccount } from '../../src/sandbox/carrier/account.ts'
import { APPLICATION_ERROR } from '../../src/sandbox/carrier/execution.ts'
import type { Disturbance, Evidence } from '../evidence.ts'

/** Whether the carrier saw the conversation broken: a stream that did not end in order, or more than one. */
export const wasBroken = (leg: LegAccount | undefined): boolean =>
  leg !== undefined &&
  (leg.streams.length > 1 || leg.streams.some(({ end }) => end !== 'served' && end !== 'stopped'))

/** Talk that ends as planned even when a part of it has to be said again. */
const STURDY = new Set(['agrees', 'fully-booked', 'menu', 'response-lost', 'callbacks-repeated'])

const diedAsCalleeHungUp = (
  leg: LegAccount | undefined,
  { conversation, lossMs, settledMs }: Disturbance,
): boolean => {
  const endMs = leg?.statuses.find(({ status }) => status === 'completed')?.mediaMs
  if (!leg || !conversation || endMs === undefined) return false
  const broken = leg.streams.filter(({ end }) => end === 'broken').map(({ closedMs }) => closedMs)
  return [lossMs, ...broken].some(ms => ms !== null && Math.abs(endMs - ms) <= settledMs)
}

/** Callees whom only the model can fail agree. */
const UNTROUBLED = { status: 'completed', errorCode: null }

const isAnswered = (leg: LegAccount | undefined): boolean =>
  leg?.statuses.some(({ status }) => status === 'in-progress') === true

const wordForWord = ({ final }: Evidence, lines: readonly Line[], leg: LegAccount | undefined): string[] => {
  const turns = final?.turns ?? []
  const found = turnDifferences(turns, lines)
  const [stream] = leg?.streams ?? []
  if (found.length === 0 || stream?.end !== 'served' || stream.openedMs === null) return found
  // The duration is rounded to seconds.
  const endedMs = stream.openedMs + ((final?.duration_seconds ?? 0) + 1) * 1_000
  const isTooLate = ({ kind, atMs }: Line): boolean => kind === 'said' && atMs > endedMs
  const heard = lines.slice(0, lines.findLastIndex(line => !isTooLate(line)) + 1)
  return turnDifferences(turns, heard).length === 0 ? [] : found
}

export const checkEnding = (evidence: Evidence): string[] => {
  const { scenario, final, carrier, store, disturbance, cancels } = evidence
  if (final === null) return []
  const { ends } = scenario
  const [leg] = carrier.legs
  const found: string[] = []
  const compare = (what: string, got: unknown, expected: unknown): void => {
    if (got !== expected) found.push(`${what} is ${String(got)}, expected ${String(expected)}`)
  }
  if (final.error_code === 'dial_unknown') {
    compare('status', final.status, 'failed')
    if (leg) found.push(`it ended as dial_unknown, but the carrier has the leg ${leg.sid} (${leg.status})`)
    return found
  }
  if (cancels.includes(202) || (cancels.includes('no answer') && final.status === 'canceled')) {
    const others = cancels.filter(answer => answer !== 202 && answer !== 'no answer')
    if (others.length > 0) found.push(`canceling was answered 202, and ${others.join(', ')}`)
    compare('status', final.status, 'canceled')
    compare('outcome', final.outcome, null)
    if (!isAnswered(leg)) compare('credits taken', store.account?.captured, 0)
    return found
  }
  const hasWaited = disturbance.mayWait && isAnswered(leg) && (leg?.announcements.length ?? 0) > 0
  const isDisturbed = disturbance.conversation || hasWaited || scenario.model !== undefined || wasBroken(leg)
  // What befalls the model by the scenario itself may come at any moment of the call.
  const loss = scenario.model === undefined ? disturbance : { ...disturbance, lossMs: 0 }
  const lines = leg ? withoutAnnouncements(leg) : []
  // What was to be said when the callee had hung up already is announced to nobody.
  const isError = ({ kind, text }: Line): boolean =>
    kind === 'heard' && text.trim() !== '' && APPLICATION_ERROR.startsWith(text.trim())
  if (leg?.callee.some(isError)) found.push('the callee heard that an application error has occurred')
  if (final.error_code === 'call_failed' && diedAsCalleeHungUp(leg, disturbance)) return found
  if (hasWaited && final.error_code === 'call_failed') return found
  const greeting = lines.find(({ kind }) => kind === 'said')?.text
  const isGreetingLost = disturbance.conversation && final.turns?.some(({ text }) => text === greeting) === false
  const { status, errorCode } = scenario.model && isGreetingLost ? UNTROUBLED : ends
  compare('status', final.status, status)
  compare('error_code', final.error_code, errorCode)
  const isSturdy = STURDY.has(scenario.name) && !hasWaited && !diedAsCalleeHungUp(leg, disturbance)
  if (!isDisturbed || isSturdy) compare('outcome', final.outcome, ends.outcome)
  compare('legs', carrier.legs.length, scenario.carrier.kind === 'refuses' ? 0 : 1)
  found.push(
    ...(isDisturbed ? checkHandover(leg, lines, final.turns ?? [], loss) : wordForWord(evidence, lines, leg)),
  )
  compare('transcript', final.transcript, transcriptOf(final.turns ?? []))
  return found
}
