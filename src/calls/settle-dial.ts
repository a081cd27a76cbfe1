// The finding of an operator who has looked at the carrier what became of a dial that is unknown to us.
// F1  It counts once, while the dial is unknown: a leg that was bound, and a refusal, are facts.
// F2  What follows is what would have followed had the carrier said so itself. A call that is open goes on with its leg, or
//     ends; one that has ended stays as it ended, its credit released, and says in `error_message` what was found out.
import type { DialLocks } from '../dial-locks/service.ts'
import type { Engine } from '../providers/ports.ts'
import { isDialUnknown, isEnded } from './call.ts'
import type { Call, DialFinding } from './call.ts'
import type { CallStore } from './store.ts'

export interface SettleDialDeps {
  calls: Pick<CallStore, 'find' | 'settleDial' | 'findByLeg'>
  dialLocks: Pick<DialLocks, 'release'>
  engine: Pick<Engine, 'signalLegEnded'>
}

/** What a finding came to. */
export type Settlement =
  | { kind: 'settled'; call: Call; isEnded: boolean }
  | { kind: 'no_call' }
  /** Nothing is unknown of the call's dial. */
  | { kind: 'known'; call: Call }
  /** The request to the carrier may still be on its way. */
  | { kind: 'under_way'; until: Date }
  /** The leg is another call's. */
  | { kind: 'leg_taken'; callId: string }

export const createDialSettlement =
  ({ calls, dialLocks, engine }: SettleDialDeps) =>
  /** Records the finding; throws what the engine throws if it could not be told, after which it may be repeated. */
  async (callId: string, finding: DialFinding): Promise<Settlement> => {
    const call = await calls.find(callId)
    if (!call) return { kind: 'no_call' }
    if (isSettledSo(call, finding)) return await follow(call)
    if (!isDialUnknown(call)) return { kind: 'known', call }
    if (!isEnded(call.status) && call.dial && call.dial.until.getTime() > Date.now())
      return { kind: 'under_way', until: call.dial.until }
    const other = finding.kind === 'dialled' ? await calls.findByLeg(finding.legId) : null
    if (other) return { kind: 'leg_taken', callId: other._id }
    const settled = await calls.settleDial(callId, finding, new Date())
    if (settled) return await follow(settled)
    return { kind: 'known', call: (await calls.find(callId)) ?? call }

    async function follow(settled: Call): Promise<Settlement> {
      await dialLocks.release(settled)
      const hasEnded = isEnded(settled.status)
      if (!hasEnded && finding.kind === 'not_dialled') await engine.signalLegEnded(callId, 'failed')
      return { kind: 'settled', call: settled, isEnded: hasEnded }
    }
  }

/** The same was found out before. */
const isSettledSo = ({ dial, legId }: Call, finding: DialFinding): boolean =>
  dial?.settledAt !== undefined && (finding.kind === 'dialled' ? finding.legId : null) === legId
