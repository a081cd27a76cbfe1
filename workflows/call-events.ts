// What a call has been told so far: by signals, and by the carrier when it was asked.
// Signals may come twice, late and in any order; what is kept here only grows.
import { CancellationScope, condition, defineSignal, setHandler } from '@temporalio/workflow'

import type { LegEnd } from '../src/calls/call.ts'
import { SIGNALS } from './contract.ts'
import type {
  HandoverRequested,
  HostLost,
  LegEnded,
  LegView,
  MediaReady,
  PlaceCallResult,
  StreamLost,
} from './contract.ts'

export const mediaReady = defineSignal<[MediaReady]>(SIGNALS.mediaReady)
export const answered = defineSignal(SIGNALS.answered)
export const legEnded = defineSignal<[LegEnded]>(SIGNALS.legEnded)
export const streamLost = defineSignal<[StreamLost]>(SIGNALS.streamLost)
export const hostLost = defineSignal<[HostLost]>(SIGNALS.hostLost)
export const handoverRequested = defineSignal<[HandoverRequested]>(SIGNALS.handoverRequested)
export const cancelRequested = defineSignal(SIGNALS.cancelRequested)

export interface CallEvents {
  /** The newest host that is ready for the stream. */
  ready: MediaReady | null
  answered: boolean
  legEnded: LegEnd | null
  /** The newest generation whose stream is gone; 0 for none. */
  lostGeneration: number
  /** The newest generation whose host is silent; 0 for none. */
  silentGeneration: number
  /** The newest generation whose host is told to stop; 0 for none. */
  leavingGeneration: number
  cancelRequested: boolean
  /** What became of the dial. */
  dialed: PlaceCallResult['kind'] | null
  /** Called after each of these changes. */
  noted: () => void
}

/** Listens to the call's signals from now on. Canceling the workflow by hand is heard as the client's request. */
export const listenForEvents = (): CallEvents => {
  const events: CallEvents = {
    ready: null,
    answered: false,
    legEnded: null,
    lostGeneration: 0,
    silentGeneration: 0,
    leavingGeneration: 0,
    cancelRequested: false,
    dialed: null,
    noted: () => undefined,
  }
  setHandler(mediaReady, ready => {
    if (ready.generation > (events.ready?.generation ?? 0)) events.ready = ready
    events.noted()
  })
  setHandler(answered, () => {
    events.answered = true
    events.noted()
  })
  setHandler(legEnded, ({ ended }) => noteLeg(events, { kind: 'ended', ended }))
  setHandler(streamLost, ({ generation }) => {
    events.lostGeneration = Math.max(events.lostGeneration, generation)
    events.noted()
  })
  setHandler(hostLost, ({ generation }) => {
    events.silentGeneration = Math.max(events.silentGeneration, generation)
    events.noted()
  })
  setHandler(handoverRequested, ({ generation }) => {
    events.leavingGeneration = Math.max(events.leavingGeneration, generation)
    events.noted()
  })
  const cancel = () => {
    events.cancelRequested = true
    events.noted()
  }
  setHandler(cancelRequested, cancel)
  CancellationScope.current().cancelRequested.catch(cancel)
  return events
}

/** Takes over what the carrier says of the leg; its first word on the end stands. */
export const noteLeg = (events: CallEvents, leg: LegView): void => {
  if (leg.kind === 'up' && leg.answered) events.answered = true
  if (leg.kind !== 'ended') return
  events.legEnded ??= leg.ended
  // A leg that completed was answered, whether or not that word has come.
  if (leg.ended === 'completed') events.answered = true
  events.noted()
}

/** Waits until `happened`, at most `seconds`; false when that time passed first. `summary` is the timer's, for operators. */
export const waitFor = async (happened: () => boolean, seconds: number, summary: string): Promise<boolean> =>
  happened() || (await condition(happened, seconds * 1000, { summary }))
