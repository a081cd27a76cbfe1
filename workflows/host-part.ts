// One host's part in a conversation, from the moment on at which a host is asked for.
// A task may be given to a host that is frozen: its poll is still open. So who was asked and is not ready in time is not
// waited for any longer: another one is asked beside it, and whoever is ready counts.
import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/common'

import { converse } from './call-activities.ts'
import { waitFor } from './call-events.ts'
import type { CallEvents } from './call-events.ts'
import type { ConverseResult, ObjectiveCallInput } from './contract.ts'

const READY_SECONDS = 3 // for calls that were started without a limit of their own
const HOSTS_ASKED = 3

/** How a part ended; `failed` tells nothing of the conversation, `fatal` that no other host would do better. */
export type PartResult = ConverseResult | { kind: 'failed'; fatal: boolean }

export interface HostPart {
  /** The generations that were asked for. */
  first: number
  last: () => number
  /** The newest generation that is ready, else the newest that was asked for. */
  generation: () => number
  result: PartResult | null
}

/** Asks for a host. `next` takes the number of the next generation, `null` if there were too many. */
export const beginPart = (
  input: ObjectiveCallInput,
  events: CallEvents,
  next: () => number | null,
): HostPart | null => {
  const first = next()
  if (first === null) return null
  let last = first
  let outstanding = 0
  const readyGeneration = () => {
    const ready = events.ready?.generation ?? 0
    return ready >= first && ready <= last ? ready : null
  }
  const part: HostPart = { first, last: () => last, generation: () => readyGeneration() ?? last, result: null }

  const ask = (generation: number): void => {
    last = generation
    outstanding++
    const note = (result: PartResult): void => {
      outstanding--
      // Who was not ready in time may still fail, or find another one there.
      if (generation === readyGeneration() || outstanding === 0) part.result ??= result
    }
    void converse(input, generation).then(note, (error: unknown) =>
      note({ kind: 'failed', fatal: isFatal(error) }),
    )
  }
  const askOthers = async (): Promise<void> => {
    const isSettled = () => part.result !== null || readyGeneration() !== null
    const { successorReadySeconds = READY_SECONDS } = input.limits
    for (let asked = 1; asked < HOSTS_ASKED; asked++) {
      if (await waitFor(isSettled, successorReadySeconds, 'Until another media host is asked')) return
      const generation = next()
      if (generation === null) return
      ask(generation)
    }
  }
  ask(first)
  // A new call rings nobody before its host is ready: it waits for that one.
  if (first > 1) void askOthers()
  return part
}

/** No next generation would do better: the host refused for good, or no host is there at all. */
const isFatal = (error: unknown): boolean => {
  const cause = error instanceof ActivityFailure ? error.cause : undefined
  if (cause instanceof ApplicationFailure) return cause.nonRetryable === true
  return cause instanceof TimeoutFailure && cause.timeoutType === 'SCHEDULE_TO_START'
}
