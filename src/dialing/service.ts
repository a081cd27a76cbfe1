// Dialing, as operators pause and resume it.
// P1  While it is paused, calls are accepted, and neither started nor dialled. What was dialled before goes on.
// P2  A call is stored as `queued` before it is asked whether dialing is paused. So whoever resumes, and then starts what is
//     queued, finds every call that was not started because of the pause.
// P3  Nothing has to be undone: starting a call twice is starting it once, and what is missed the reconciler starts.
import type { Mode } from '../calls/call.ts'
import type { CallStore } from '../calls/store.ts'
import type { Engine } from '../providers/ports.ts'
import type { DialingPauseStore } from './store.ts'

export interface DialingDeps {
  pauses: DialingPauseStore
  calls: Pick<CallStore, 'findUndialled'>
  engine: Pick<Engine, 'startCall'>
}

/** Calls that are started at once when dialing is resumed. */
const STARTED_AT_ONCE = 8

export const createDialingService = ({ pauses, calls, engine }: DialingDeps) => ({
  /** From now on nothing of `mode` is dialled, by any process, until it is resumed. */
  pause: async (mode: Mode): Promise<'paused' | 'paused_before'> =>
    (await pauses.insert({ _id: mode, since: new Date() })) ? 'paused' : 'paused_before',

  /** Starts what has waited, oldest first; throws what the engine throws, and then is resumed all the same. `queued` is how many calls that were; also right when nothing was paused. */
  resume: async (mode: Mode): Promise<{ wasPaused: boolean; queued: number }> => {
    const wasPaused = await pauses.remove(mode)
    const waiting = calls.findUndialled(mode)
    const failures: unknown[] = []
    let queued = 0
    const startNext = async (): Promise<void> => {
      for (;;) {
        const next = await waiting.next()
        if (next.done === true || failures.length > 0) return
        queued++
        await engine.startCall(next.value).catch((error: unknown) => failures.push(error))
      }
    }
    await Promise.all(Array.from({ length: STARTED_AT_ONCE }, startNext))
    // Nothing is under way any more then.
    if (failures.length > 0) throw failures[0]
    return { wasPaused, queued }
  },

  /** Since when dialing is paused; `null` if it is not. */
  pausedSince: async (mode: Mode): Promise<Date | null> => (await pauses.find(mode))?.since ?? null,
})

export type DialingService = ReturnType<typeof createDialingService>
