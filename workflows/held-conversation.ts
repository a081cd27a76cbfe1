// The conversation of a call over all media hosts that hold it, one generation after the other.
// H1  A generation is over when the carrier or its host says that the stream is gone, never on a suspicion alone.
// H2  A host that fails before it was ready had no stream: the next generation starts at once.
// H3  A host that fails after that (a missed heartbeat, mostly) may well be talking: the carrier is asked.
// H4  A conversation that is to leave its host has its successor ready first (succession.ts).
import { condition, sleep } from '@temporalio/workflow'

import { noteLeg, waitFor } from './call-events.ts'
import type { CallEvents } from './call-events.ts'
import { CONVERSATION_MARGIN_SECONDS, lookUpLeg } from './call-activities.ts'
import type { ObjectiveCallInput } from './contract.ts'
import { beginPart } from './host-part.ts'
import type { HostPart } from './host-part.ts'
import { arrangeSuccession } from './succession.ts'
import type { Succession } from './succession.ts'

const MAX_GENERATIONS = 20

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
  const next = () => (held.generation < MAX_GENERATIONS ? ++held.generation : null)
  const begin = () => beginPart(input, events, next)
  // A successor that was asked for before its predecessor was lost may have waited too early: another one is asked for.
  let early: HostPart | null = null
  for (let part = begin(); part !== null;) {
    const succession = arrangeSuccession({ input, events, part, begin })
    const fate = await fateOf(input, events, part, succession)
    succession.close()
    if (fate !== 'lost' && !(fate === 'failed' && part === early)) return fate
    if (events.legEnded !== null) return 'ended'
    early = succession.next()
    part = early ?? begin()
  }
  return 'failed'
}

const fateOf = async (
  input: ObjectiveCallInput,
  events: CallEvents,
  part: HostPart,
  succession: Succession,
): Promise<'ended' | 'lost' | 'failed'> => {
  const isLost = () => events.lostGeneration >= part.generation() || succession.isDone()
  // The deadline of this wait is the activity's own: its time-outs fail it.
  await condition(() => part.result !== null || isLost())
  const { result } = part
  if (result?.kind === 'ended') return 'ended'
  if (result?.kind !== 'failed' || isLost()) return await lostOrSealed(input, part, succession)
  if (result.fatal) return 'failed'
  const wasReady = (events.ready?.generation ?? 0) >= part.generation()
  return wasReady ? await followLeg(input, events, isLost) : 'lost'
}

/** A successor that was told of the end says so before the host has stored its last words. */
const lostOrSealed = async (
  { limits }: ObjectiveCallInput,
  part: HostPart,
  succession: Succession,
): Promise<'ended' | 'lost'> => {
  if (succession.next()?.result?.kind !== 'ended') return 'lost'
  await waitFor(() => part.result !== null, limits.sealSeconds, 'Until the media host has stored its last words')
  return 'ended'
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
