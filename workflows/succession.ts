// How a conversation leaves a host that still has its stream: one that is told to stop, or one that is silent.
// Q1  The successor is ready before anything is taken from the host.
// Q2  A host that is told to stop lets go by itself once its successor is ready; from a silent one the leg is taken.
// Q3  A successor that fails ends nothing: the host may well be talking, and another one is asked for.
import { condition } from '@temporalio/workflow'

import { redirectLeg } from './call-activities.ts'
import { waitFor } from './call-events.ts'
import type { CallEvents } from './call-events.ts'
import type { ObjectiveCallInput } from './contract.ts'
import type { HostPart } from './host-part.ts'

const RETRY_SECONDS = 1

export interface Succession {
  /** Who holds the conversation next, as long as that has not failed. */
  next: () => HostPart | null
  /** Whether the conversation is with the next one, as far as that one's part tells. */
  isDone: () => boolean
  /** The part is over: nothing more is done for it. */
  close: () => void
}

interface SuccessionDeps {
  input: ObjectiveCallInput
  events: CallEvents
  part: HostPart
  /** Asks for the next generation; `null` if there were too many. */
  begin: () => HostPart | null
}

/** From now on a successor is asked for as soon as the conversation is to leave the host of `part`. */
export const arrangeSuccession = ({ input, events, part, begin }: SuccessionDeps): Succession => {
  let next: HostPart | null = null
  let isRedirected = false
  const state = { isClosed: false }
  const isSilent = () => events.silentGeneration >= part.first
  const newest = () => Math.max(events.silentGeneration, events.leavingGeneration)

  const arrange = async (): Promise<void> => {
    await condition(() => state.isClosed || newest() >= part.first)
    while (!state.isClosed) {
      const successor = begin()
      if (!successor) return
      next = successor
      const isOver = () => state.isClosed || successor.result !== null
      const isReady = () => (events.ready?.generation ?? 0) >= successor.first
      await condition(() => isOver() || (isReady() && isSilent()))
      if (!isOver()) isRedirected = await redirect(input, events.silentGeneration)
      await condition(isOver)
      if (hadItsStream(successor)) return
      await waitFor(() => state.isClosed, RETRY_SECONDS, 'Until another successor is asked for')
    }
  }
  void arrange()

  return {
    next: () => (next && !hasFailed(next) ? next : null),
    // Only a generation whose stream has come can be silent, be told to stop, or end.
    isDone: () => isRedirected || newest() > part.last() || (next !== null && hadItsStream(next)),
    close: () => {
      state.isClosed = true
    },
  }
}

/** Should the carrier not be reached, the leg goes on as it is, and breaks off when its host lets go of it. */
const redirect = async ({ callId }: ObjectiveCallInput, generation: number): Promise<boolean> => {
  const result = await redirectLeg({ callId, generation }).catch(() => null)
  return result?.kind === 'redirected'
}

const hadItsStream = ({ result }: HostPart): boolean =>
  result?.kind === 'ended' || result?.kind === 'lost' || result?.kind === 'superseded'

const hasFailed = ({ result }: HostPart): boolean => result?.kind === 'failed' || result?.kind === 'never_started'
