// The call's one leg at the carrier.
// L1  The dial is claimed in the store before the carrier is asked: whoever did not claim it sends nothing.
// L2  A dial that may have reached the carrier is looked for, never sent again.
// L3  A leg that comes too late, or as a second one, is hung up.
// L4  A number whose last dial has no answer yet is not dialled by another call: their legs could not be told apart. Who
//     has lost its lock takes no leg any more.
// L5  A leg is taken from a host only while that host holds the conversation, and from then on it cannot end it.
// L6  Right before the dial the number is looked for on the do-not-call list once more: it may have come there since.
// L7  So are its calling hours asked for again: a call that was held up until they were over rings nobody.
// L8  Nothing is dialled while dialing is paused; nobody waits for the number's lock then.
import { isCallingTime } from '../src/calls/calling-hours.ts'
import { isOver } from '../src/calls/call.ts'
import type { Call, LegEnd } from '../src/calls/call.ts'
import type { CallStore } from '../src/calls/store.ts'
import type { ConversationStore } from '../src/conversations/store.ts'
import type { DialLocks } from '../src/dial-locks/service.ts'
import type { DialingPauseStore } from '../src/dialing/store.ts'
import { LISTED_MEANWHILE } from '../src/do-not-call/entry.ts'
import type { DoNotCallService } from '../src/do-not-call/service.ts'
import type { Log } from '../src/log.ts'
import type { Carrier, Leg } from '../src/providers/ports.ts'
import type {
  LegView,
  PlaceCallInput,
  PlaceCallResult,
  RedirectLegInput,
  RedirectLegResult,
} from '../workflows/contract.ts'

const CALLING_HOURS_OVER =
  'Calling hours at the callee’s place were over before it could be dialled. Nothing was charged.'

export interface LegDeps {
  calls: CallStore
  conversations: ConversationStore
  carrier: Carrier
  dialLocks: DialLocks
  doNotCall: Pick<DoNotCallService, 'has'>
  pauses: Pick<DialingPauseStore, 'isPaused'>
  clock: () => Date
  log: Log
  timeouts: { dialUntilMs: number; dialUnknownMs: number; dialLockWaitMs: number; timeLimitMarginSeconds: number }
}

export const createLegActivities = (deps: LegDeps) => {
  const { calls, conversations, carrier, dialLocks, doNotCall, pauses, clock, log, timeouts } = deps

  /** Until the dial is given up, should its answer be lost (L4). */
  const lock = async (call: Call, withinMs: number): Promise<boolean> =>
    await dialLocks.take(call, { withinMs, forMs: timeouts.dialUntilMs + timeouts.dialUnknownMs })

  const submit = async (call: Call, until: Date, ringSeconds: number): Promise<PlaceCallResult> => {
    const { toPhoneNumber, maxDurationSeconds } = call.request
    const outcome = await carrier.placeCall({
      callId: call._id,
      to: toPhoneNumber,
      ringSeconds,
      timeLimitSeconds: maxDurationSeconds + timeouts.timeLimitMarginSeconds,
      until,
    })
    switch (outcome.kind) {
      case 'dialed':
        return await bind(call._id, outcome.legId)
      case 'refused':
        log.warn({ call_id: call._id, carrier_code: outcome.carrierCode }, 'the carrier refused the call')
        await calls.refuseDial(
          call._id,
          `The carrier refused the call: ${outcome.message} (code ${outcome.carrierCode}).`,
        )
        return { kind: 'refused' }
      case 'too_late':
        // Nothing was sent, by the only one who could have: the call may be dialled later (L1).
        log.warn({ call_id: call._id }, 'the time to dial had passed before the request was sent')
        return (await calls.returnDial(call._id, until)) ? { kind: 'locked' } : { kind: 'not_dialable' }
      case 'unknown':
        log.warn({ call_id: call._id, reason: outcome.message }, 'the carrier may or may not have dialled')
        return await noteUnknown(call._id)
    }
  }

  const isHeldBack = async ({ dial, mode }: Call): Promise<boolean> =>
    dial === null && (await pauses.isPaused(mode))

  /** Why the number must not be rung now, if it must not (L6, L7). */
  const findObjection = async (call: Call): Promise<string | null> => {
    const { toPhoneNumber } = call.request
    if (await doNotCall.has(call, toPhoneNumber)) return LISTED_MEANWHILE
    return call.keepsCallingHours && !isCallingTime(toPhoneNumber, clock()) ? CALLING_HOURS_OVER : null
  }

  const refuse = async ({ _id }: Call, reason: string): Promise<PlaceCallResult> => {
    log.info({ call_id: _id, reason }, 'not dialled')
    await calls.refuseDial(_id, reason)
    return { kind: 'refused' }
  }

  const bind = async (callId: string, legId: string): Promise<PlaceCallResult> => {
    const isOurs = await calls.bindLeg(callId, legId)
    const call = (await calls.advance(callId, 'dialing')) ?? (await calls.find(callId))
    if (isOurs && call && !isOver(call)) return { kind: 'dialed' }
    await carrier.hangUp(legId)
    return { kind: 'not_dialable' }
  }

  /** The leg's own callback may have come while the answer to the dial was lost: then it is known (L2). */
  const noteUnknown = async (callId: string): Promise<PlaceCallResult> => {
    if ((await calls.find(callId))?.legId) return { kind: 'dialed' }
    await calls.setDialState(callId, 'unknown')
    return { kind: 'unknown' }
  }

  /** Why a call could not be claimed: it was canceled, it is over, or somebody has claimed it before. */
  const unclaimed = (call: Call | null): PlaceCallResult => {
    if (!call || isOver(call)) return { kind: 'not_dialable' }
    if (call.dial) return call.legId ? { kind: 'dialed' } : { kind: 'unknown' }
    return call.cancelRequestedAt ? { kind: 'canceled' } : { kind: 'not_dialable' }
  }

  /** The call's leg, by its id or among the legs to its number that are no other call's; `null` if it is not certain. */
  const findLeg = async (call: Call): Promise<Leg | null> => {
    if (call.legId) return await carrier.getLeg(call.legId)
    if (!call.dial) return null
    // Whoever looks for long may have lost the lock: what is found then may be the next call's (L4).
    if (!(await lock(call, 0))) return null
    const since = new Date(call.dial.until.getTime() - timeouts.dialUntilMs)
    const legs = await carrier.findLegs(call.request.toPhoneNumber, since)
    const bound = new Set(await calls.findBoundLegs(legs.map(leg => leg.legId)))
    const [leg, ...others] = legs.filter(({ legId }) => !bound.has(legId))
    if (!leg || others.length > 0) return null
    return (await calls.bindLeg(call._id, leg.legId)) ? leg : null
  }

  const note = async (callId: string, { state }: Leg): Promise<LegView> => {
    const now = new Date()
    if (state === 'ringing') {
      await calls.advance(callId, 'dialing')
      return { kind: 'up', answered: false }
    }
    if (state === 'in_progress' || state === 'completed')
      await calls.advance(callId, 'in_progress', { startedAt: now })
    if (state === 'in_progress') return { kind: 'up', answered: true }
    await noteEnd(callId, state, now)
    return { kind: 'ended', ended: state }
  }

  const noteEnd = async (callId: string, ended: LegEnd, at: Date): Promise<void> => {
    await calls.endLeg(callId, ended)
    const reason = ended === 'completed' ? 'callee_hung_up' : 'not_answered'
    await conversations.end(callId, { by: 'carrier', reason, at })
  }

  return {
    /** Dials, at most once ever, however often it is run. */
    placeCall: async ({ callId, ringSeconds }: PlaceCallInput): Promise<PlaceCallResult> => {
      const call = await calls.find(callId)
      if (!call) return { kind: 'not_dialable' }
      if (await isHeldBack(call)) return { kind: 'locked', isPaused: true }
      if (!call.dial && !(await lock(call, timeouts.dialLockWaitMs))) return { kind: 'locked' }
      // The lock may have been waited for.
      if (await isHeldBack(call)) {
        await dialLocks.release(call)
        return { kind: 'locked', isPaused: true }
      }
      // Before the claim: what the store does not answer now can be asked again, a dial that was claimed cannot.
      const objection = await findObjection(call)
      const until = new Date(Date.now() + timeouts.dialUntilMs)
      const claimed = await calls.claimDial(callId, until)
      const dial = async (claimed: Call) =>
        await (objection === null ? submit(claimed, until, ringSeconds) : refuse(claimed, objection))
      const result = claimed ? await dial(claimed) : unclaimed(await calls.find(callId))
      if (result.kind !== 'unknown') await dialLocks.release(call)
      return result
    },

    /** What the carrier says of the call's leg, noted in the store as its callbacks would be. */
    lookUpLeg: async (callId: string): Promise<LegView> => {
      const call = await calls.find(callId)
      // Its number may be another call's to dial by now, whose leg is not bound yet: it would be taken for this one's.
      if (call?.dial?.state === 'refused' && call.legId === null) return { kind: 'ended', ended: 'failed' }
      const leg = call && (await findLeg(call))
      return leg ? await note(callId, leg) : { kind: 'unknown' }
    },

    /** Moves the leg away from a silent host (L5). */
    redirectLeg: async ({ callId, generation }: RedirectLegInput): Promise<RedirectLegResult> => {
      const legId = (await calls.find(callId))?.legId
      if (!legId || !(await conversations.setMoving(callId, generation))) return { kind: 'not_held' }
      log.warn({ call_id: callId, generation }, 'the leg is taken from a silent media host')
      const isUp = await carrier.redirect({ callId, legId, after: generation })
      return { kind: isUp ? 'redirected' : 'not_held' }
    },

    /** Ends the call's leg, if one is known. */
    hangUp: async (callId: string): Promise<void> => {
      const legId = (await calls.find(callId))?.legId
      if (legId) await carrier.hangUp(legId)
    },
  }
}
