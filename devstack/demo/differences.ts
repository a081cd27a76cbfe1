// Whether a call ended as its scenario says, and whether its turns are what was really said on the line: the carrier and
// the callee keep their own account, which the call is held against.
import type { Line } from '../../src/sandbox/callee/account.ts'
import type { LegAccount } from '../../src/sandbox/carrier/account.ts'
import type { Scenario } from '../../src/sandbox/scenarios/scenario.ts'
import type { WireCall } from './call.ts'
import { readCarrier } from './carrier.ts'
import { checkHandover } from './handover.ts'
import type { Loss } from './handover.ts'
import type { WireTurn } from './turns.ts'
import { turnDifferences } from './word-for-word.ts'

/** What differs from the scenario, a sentence each; none if everything is as it should be. */
export const differences = async (
  { sandboxUrl }: { sandboxUrl: string },
  { ends, carrier }: Scenario,
  call: WireCall,
  creditsSpent: number,
  /** A media host was lost in the middle: its words are held against what can be promised then. */
  loss: Loss | null = null,
): Promise<string[]> => {
  const found: string[] = []
  const dials = carrier.kind === 'refuses' ? 0 : 1
  const compare = (what: string, got: unknown, expected: unknown): void => {
    if (got !== expected) found.push(`${what} is ${String(got)}, expected ${String(expected)}`)
  }
  compare('status', call.status, ends.status)
  compare('outcome', call.outcome, ends.outcome)
  compare('error_code', call.error_code, ends.errorCode)
  compare('credits spent', creditsSpent, ends.credits)

  const legs = await legsOf(sandboxUrl, call.call_id)
  compare('number of legs that the carrier dialled', await dialsOf(sandboxUrl, call.call_id), dials)
  const [leg] = legs
  const lines = leg ? withoutAnnouncements(leg) : []
  const turns = call.turns ?? []
  found.push(...(loss ? checkHandover(leg, lines, turns, loss) : turnDifferences(turns, lines)))
  if (loss && (leg?.streams.length ?? 0) < 2) found.push('no other media host has taken the call over')
  compare('transcript', call.transcript, call.turns && transcriptOf(call.turns))
  return found
}

/** What the carrier itself said is no turn of the agent's. */
export const withoutAnnouncements = ({ callee, announcements }: LegAccount): Line[] =>
  callee.filter(({ kind, text }) => kind !== 'heard' || !announcements.some(one => one.startsWith(text.trim())))

/** The carrier's account of the legs that a call had. */
export const legsOf = async (sandboxUrl: string, callId: string): Promise<LegAccount[]> => {
  const { legs } = await readCarrier(sandboxUrl, callId)
  return legs
}

/** How many legs the carrier made for a call; refused requests make none. */
export const dialsOf = async (sandboxUrl: string, callId: string): Promise<number> => {
  const { dials } = await readCarrier(sandboxUrl, callId)
  return dials.filter(({ sid }) => sid !== null).length
}

/** The turns in the form of the API's `transcript`. */
export const transcriptOf = (turns: readonly WireTurn[]): string | null => {
  const lines = turns.map(({ role, text }) => `${role === 'callee' ? 'Callee' : 'Agent'}: ${text}`)
  return lines.length === 0 ? null : lines.join('\n')
}
