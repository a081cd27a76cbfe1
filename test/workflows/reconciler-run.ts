// Reconcilers over the calls of a test: each call says what has become of its workflow.
import { TIMEOUTS } from '../../src/timeouts.ts'
import { createReconciler } from '../../src/calls/reconciler.ts'
import type { LegEnd, Mode } from '../../src/calls/call.ts'
import type { ActivityRunner } from './activity-run.ts'

export type Around = ReturnType<ActivityRunner['around']>
export type Workflow = 'running' | 'closed' | 'none'

export interface Round {
  before?: Date
  engineIsThere?: boolean
  dialUnknownMs?: number
  mode?: Mode
}

export type ReconcilerRun = ReturnType<typeof createReconcilerRun>

export const createReconcilerRun = (runner: ActivityRunner) => {
  const watched = new Map<string, { call: Around; workflow: Workflow }>()
  const started: string[] = []
  const toldOfCancel: string[] = []
  const toldOfEnd: [string, LegEnd][] = []
  const activitiesOf = (callId: string) => watched.get(callId)!.call.activities

  const reconcilerWith = ({
    engineIsThere = true,
    dialUnknownMs = 600_000,
    mode = 'test',
  }: Omit<Round, 'before'>) => {
    const atEngine = async <T>(act: () => T): Promise<T> => {
      if (!engineIsThere) throw new Error('Temporal is away')
      return act()
    }
    return createReconciler({
      ...runner,
      mode,
      timeouts: { ...TIMEOUTS, dialUnknownMs },
      engine: {
        startCall: ({ _id }) => atEngine(() => void started.push(_id)),
        signalCancelRequested: id => atEngine(() => void toldOfCancel.push(id)),
        signalLegEnded: (id, ended) => atEngine(() => void toldOfEnd.push([id, ended])),
        findRun: id => atEngine(() => watched.get(id)?.workflow ?? 'running'),
      },
      steps: {
        lookUpLeg: id => activitiesOf(id).lookUpLeg(id),
        hangUp: id => activitiesOf(id).hangUp(id),
        finish: input => activitiesOf(input.callId).finish(input),
      },
    })
  }
  /** What one remembers of the rounds before is its own. */
  const reconcilers = new Map<string, ReturnType<typeof createReconciler>>()

  return {
    /** Calls whose workflow was started, in order. */
    started,
    /** Calls whose workflow was told that the client canceled, in order. */
    toldOfCancel,
    /** Calls whose workflow was told how their leg had ended, in order. */
    toldOfEnd,

    watch: (call: Around, workflow: Workflow): Around => {
      watched.set(call.id, { call, workflow })
      return call
    },

    /** One round of a reconciler, as if everything had been made long ago. */
    reconcile: async ({ before, ...options }: Round = {}) => {
      const key = JSON.stringify(options)
      const reconciler = reconcilers.get(key) ?? reconcilerWith(options)
      reconcilers.set(key, reconciler)
      await reconciler.reconcile(before ?? new Date(Date.now() + 1000))
    },
  }
}
