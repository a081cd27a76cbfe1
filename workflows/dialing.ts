// The one dial of a call: from the carrier's being asked to the callee's answer, or to the reason why there is none.
import { condition } from '@temporalio/workflow'

import { noteLeg, waitFor } from './call-events.ts'
import type { CallEvents } from './call-events.ts'
import { hangUp, lookUpLeg, placeCall } from './call-activities.ts'
import type { CallEnding, LegView, ObjectiveCallInput, PlaceCallResult } from './contract.ts'
import type { HeldConversation } from './held-conversation.ts'

// So many times an unknown dial is looked up before it is given up, and sooner at first.
const UNKNOWN_LOOK_UPS = 20
const FIRST_LOOK_UP_SECONDS = 1
const LOCK_RETRY_SECONDS = 5
const PAUSE_RETRY_SECONDS = 10

export type Dialed = { kind: 'answered' } | { kind: 'ended'; ending: CallEnding }

interface Placed {
  kind: PlaceCallResult['kind']
  isPaused?: boolean
}

const FAILED: CallEnding = { status: 'failed', errorCode: 'call_failed' }
const CANCELED: CallEnding = { status: 'canceled' }

/** Dials and waits for the callee. */
export const dial = async (
  input: ObjectiveCallInput,
  events: CallEvents,
  conversation: HeldConversation,
): Promise<Dialed> => {
  // A lock that is not given back ends by itself; whoever waits for it may find that another one was faster.
  const patienceMs = 2 * input.limits.dialUnknownSeconds * 1000
  let giveUpAt = Date.now() + patienceMs
  const isTold = () => events.cancelRequested || conversation.end === 'failed'
  for (;;) {
    const { kind: placed, isPaused } = await place(input, events)
    events.dialed = placed
    events.noted()
    if (placed === 'refused' || placed === 'not_dialable') return ended(FAILED)
    if (placed === 'canceled') return ended(CANCELED)
    if (placed !== 'locked')
      return await waitForCallee(input, events, conversation, placed === 'dialed' ? 'up' : 'unknown')
    await (isPaused
      ? waitFor(isTold, PAUSE_RETRY_SECONDS, 'Until it is asked again whether dialing is resumed')
      : waitFor(isTold, LOCK_RETRY_SECONDS, "Until another call's dial to this number is known"))
    if (events.cancelRequested) return ended(CANCELED)
    if (isPaused) giveUpAt = Date.now() + patienceMs
    if (conversation.end === 'failed' || Date.now() >= giveUpAt) return ended(FAILED)
  }
}

/** Until the carrier has taken the dial or not. Its word on the leg may come first, and then counts. */
const place = async ({ callId, limits }: ObjectiveCallInput, events: CallEvents): Promise<Placed> => {
  const placing: { result: Placed | null } = { result: null }
  void placeCall({ callId, ringSeconds: limits.ringSeconds }).then(
    result => (placing.result = result),
    () => (placing.result = { kind: 'unknown' }),
  )
  await condition(() => placing.result !== null || events.answered || events.legEnded !== null)
  return placing.result ?? { kind: 'dialed' }
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
  let lookUpSeconds = FIRST_LOOK_UP_SECONDS
  for (let leg: LegView['kind'] = placed; ; lookUpSeconds *= 2) {
    const unknownSeconds = Math.min(lookUpSeconds, limits.dialUnknownSeconds / UNKNOWN_LOOK_UPS)
    const seconds = leg === 'unknown' ? unknownSeconds : limits.carrierSilenceSeconds
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
