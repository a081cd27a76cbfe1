// What processes left half-done when they died, finished or voided. Any number of reconcilers may run at once:
// R1  Each step is conditional; whoever is late changes nothing, and the original worker's next step trips over it.
// R2  A call that was not accepted in time is voided first, then gives its credit back, then is forgotten: a crash
//     between two of these leaves what the next round finds.
// R3  Credits are given back without Temporal; an accepted call is started as soon as Temporal is there.
import type { CreditStore } from '../credits/store.ts'
import { messageOf } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Engine } from '../providers/ports.ts'
import type { CallStore } from './store.ts'

export interface ReconcilerDeps {
  calls: CallStore
  credits: Pick<CreditStore, 'release'>
  engine: Pick<Engine, 'startCall'>
  log: Log
}

const EVERY_MS = 15_000
const OLDER_THAN_MS = 30_000
const CALLS_A_ROUND = 500

export const createReconciler = ({ calls, credits, engine, log }: ReconcilerDeps) => {
  const voidUnaccepted = async (before: Date): Promise<void> => {
    for (const { _id } of await calls.findOlder('accepting', before, CALLS_A_ROUND))
      if (await calls.markVoided(_id)) log.warn({ call_id: _id }, 'a call that was never accepted is voided')
    for (const { _id, accountId } of await calls.findOlder('voided', before, CALLS_A_ROUND)) {
      await credits.release(accountId, _id)
      await calls.discard(_id)
    }
  }

  const startQueued = async (before: Date): Promise<void> => {
    for (const call of await calls.findOlder('queued', before, CALLS_A_ROUND)) await engine.startCall(call)
  }

  /** One round over everything that was made before `before`. */
  const reconcile = async (before: Date): Promise<void> => {
    await voidUnaccepted(before)
    await startQueued(before)
  }

  return {
    reconcile,

    /** Reconciles every 15 s what is older than 30 s, until the returned function is called; it waits for the round under way. */
    start: (): (() => Promise<void>) => {
      let round = Promise.resolve()
      const next = async (): Promise<void> => {
        try {
          await reconcile(new Date(Date.now() - OLDER_THAN_MS))
        } catch (error) {
          log.warn({ reason: messageOf(error) }, 'the reconciler will try again')
        }
        if (!isStopped) timer = setTimeout(run, EVERY_MS)
      }
      const run = (): void => {
        round = next()
      }
      let isStopped = false
      let timer: NodeJS.Timeout | undefined
      run()
      return async () => {
        isStopped = true
        clearTimeout(timer)
        await round
        clearTimeout(timer)
      }
    },
  }
}
