// The one dial of a call: from the carrier's being asked to the callee's answer, or to the reason why there is none.
import { noteLeg, waitFor } from './call-events.ts'
import type { CallEvents } from './call-events.ts'
import { hangUp, lookUpLeg, placeCall } from './call-activities.ts'
import type { CallEnding, LegView, ObjectiveCallInput } from './contract.ts'
import type { HeldConversation } from './held-conversation.ts'

// So many times an unknown dial is looked up before it is given up.
const UNKNOWN_LOOK_UPS = 20

export type Dialed = { kind: 'answered' } | { kind: 'ended'; ending: CallEnding }

const FAILED: CallEnding = { status: 'failed', errorCode: 'call_failed' }
const CANCELED: CallEnding = { status: 'canceled' }

/** Dials and waits for the callee. */
export const dial = async (
  input: ObjectiveCallInput,
  events: CallEvents,
  conversation: HeldConversation,
): Promise<Dialed> => {
  const { callId, limits } = input
  const placed = await placeCall({ callId, ringSeconds: limits.ringSeconds }).catch(() => ({
    kind: 'unknown' as const,
  }))
  events.dialed = placed.kind
  events.noted()
  if (placed.kind === 'refused' || placed.kind === 'not_dialable') return ended(FAILED)
  if (placed.kind === 'canceled') return ended(CANCELED)
  return await waitForCallee(input, events, conversation, placed.kind === 'dialed' ? 'up' : 'unknown')
}

const waitForCallee = async (
  { callId, limits }: ObjectiveCallInput,
  events: CallEvents,
  conversation: HeldConversation,
  placed: 'up' | 'unknown',
): Promise<Dialed> => {
  const giveUpAt = Date.now() + limits.dialUnknownSeconds * 1000
  const isTold = () =>
    events.answered || events.legEnded !== null || events.cancelRequested || conversation.end === 'failed'
  for (let leg: LegView['kind'] = placed; ;) {
    const seconds = leg === 'unknown' ? limits.dialUnknownSeconds / UNKNOWN_LOOK_UPS : limits.carrierSilenceSeconds
    await waitFor(isTold, seconds, 'Until the leg is looked up')
    if (events.answered) return { kind: 'answered' }
    if (events.legEnded !== null) return ended(unanswered(events))
    if (events.cancelRequested) return await giveUp(callId, CANCELED)
    if (conversation.end === 'failed') return await giveUp(callId, FAILED)
    if (Date.now() >= giveUpAt)
      return await giveUp(callId, { status: 'failed', errorCode: leg === 'up' ? 'no_answer' : 'dial_unknown' })
    const view: LegView = await lookUpLeg(callId).catch(() => ({ kind: 'unknown' as const }))
    noteLeg(events, view)
    leg = view.kind
  }
}

const ended = (ending: CallEnding): Dialed => ({ kind: 'ended', ending })

const giveUp = async (callId: string, ending: CallEnding): Promise<Dialed> => {
  // Should this fail, the leg is hung up at its first callback: its call has ended.
  await hangUp(callId).catch(() => undefined)
  return ended(ending)
}

const unanswered = ({ legEnded, cancelRequested }: CallEvents): CallEnding => {
  if (legEnded === 'busy' || legEnded === 'no_answer') return { status: 'failed', errorCode: legEnded }
  return legEnded === 'canceled' && cancelRequested ? CANCELED : FAILED
}
