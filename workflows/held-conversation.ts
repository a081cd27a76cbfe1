// The conversation of a call over all media hosts that hold it, one generation after the other.
// H1  The next generation starts when the carrier or the host says that a stream is gone, never on a suspicion alone.
// H2  A host that fails before it was ready had no stream: the next generation starts at once.
// H3  A host that fails after that (a missed heartbeat, mostly) may well be talking: the carrier is asked.
import { condition, sleep } from '@temporalio/workflow'
import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/common'

import { noteLeg, waitFor } from './call-events.ts'
import type { CallEvents } from './call-events.ts'
import { CONVERSATION_MARGIN_SECONDS, converse, lookUpLeg } from './call-activities.ts'
import type { ConverseResult, ObjectiveCallInput } from './contract.ts'

const MAX_GENERATIONS = 10
const LEG_ENDS_WITHIN_SECONDS = 2

export interface HeldConversation {
  /** The newest generation that was asked for. */
  generation: number
  /** `ended`: the store has its end. `failed`: nobody can hold it any more. */
  end: 'ended' | 'failed' | null
}

/** Starts holding the conversation; what is returned tells how far it has come. */
export const holdConversation = (input: ObjectiveCallInput, events: CallEvents): HeldConversation => {
  const held: HeldConversation = { generation: 0, end: null }
  void holdAllGenerations(input, events, held).then(end => {
    held.end = end
  })
  return held
}

const holdAllGenerations = async (
  input: ObjectiveCallInput,
  events: CallEvents,
  held: HeldConversation,
): Promise<'ended' | 'failed'> => {
  while (held.generation < MAX_GENERATIONS) {
    held.generation += 1
    const part = await holdGeneration(input, events, held.generation)
    if (part !== 'lost') return part
    if (events.legEnded !== null) return 'ended'
  }
  return 'failed'
}

type Failed = { kind: 'failed'; fatal: boolean }

const holdGeneration = async (
  input: ObjectiveCallInput,
  events: CallEvents,
  generation: number,
): Promise<'ended' | 'lost' | 'failed'> => {
  let part: ConverseResult | Failed | null = null
  void converse(input, generation).then(
    result => (part = result),
    (error: unknown) => (part = { kind: 'failed', fatal: isFatal(error) }),
  )
  const isLost = () => events.lostGeneration >= generation
  // The deadline of this wait is the activity's own: its time-outs fail it.
  await condition(() => part !== null || isLost())
  const result = part as ConverseResult | Failed | null
  if (result?.kind === 'ended') return 'ended'
  if (result?.kind === 'never_started') {
    // A host that was told of the end before its stream came says so: the carrier's word is on its way to here, too.
    const isEnded = () => events.legEnded !== null
    return (await waitFor(isEnded, LEG_ENDS_WITHIN_SECONDS, 'Whether the leg has ended')) ? 'ended' : 'lost'
  }
  if (result?.kind !== 'failed') return 'lost'
  if (result.fatal) return 'failed'
  const wasReady = (events.ready?.generation ?? 0) >= generation
  return wasReady ? await followLeg(input, events, isLost) : 'lost'
}

/** Without a host's word, the leg tells how the conversation goes on (H3). */
const followLeg = async (
  { callId, limits }: ObjectiveCallInput,
  events: CallEvents,
  isLost: () => boolean,
): Promise<'ended' | 'lost' | 'failed'> => {
  const deadline = Date.now() + (limits.maxDurationSeconds + CONVERSATION_MARGIN_SECONDS) * 1000
  while (Date.now() < deadline) {
    const isTold = () => events.legEnded !== null || isLost()
    const wasTold = await waitFor(isTold, limits.carrierSilenceSeconds, 'Until the leg is looked up')
    if (wasTold && events.legEnded === null) return 'lost'
    if (wasTold) {
      // If the host lives, it stores its last words now.
      await sleep(limits.sealSeconds * 1000, { summary: 'Until the media host has stored its last words' })
      return 'ended'
    }
    noteLeg(events, await lookUpLeg(callId).catch(() => ({ kind: 'unknown' as const })))
  }
  return 'failed'
}

/** No next generation would do better: the host refused for good, or no host is there at all. */
const isFatal = (error: unknown): boolean => {
  const cause = error instanceof ActivityFailure ? error.cause : undefined
  if (cause instanceof ApplicationFailure) return cause.nonRetryable === true
  return cause instanceof TimeoutFailure && cause.timeoutType === 'SCHEDULE_TO_START'
}
