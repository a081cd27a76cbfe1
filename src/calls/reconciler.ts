// What processes left half-done when they died, finished or voided. Any number of reconcilers may run at once:
// R1  Each step is conditional; whoever is late changes nothing, and the original worker's next step trips over it.
// R2  A call that was not accepted in time is voided first, then gives its credit back, then is forgotten: a crash
//     between two of these leaves what the next round finds.
// R3  Credits are given back without Temporal; an accepted call is started as soon as Temporal is there.
// R4  A call whose workflow is gone is ended by the steps that its workflow would have taken, and as honestly: what was
//     judged is completed, and a dial that may have been made is looked for until its time is over.
// R5  Of a leg that nobody speaks of any more the carrier is asked: its last word may have come while the store was away.
import type { ConversationStore } from '../conversations/store.ts'
import { purseOf } from '../credits/credit.ts'
import type { CreditStore } from '../credits/store.ts'
import type { DialLockStore } from '../dial-locks/store.ts'
import type { DialingPauseStore } from '../dialing/store.ts'
import { messageOf } from '../errors.ts'
import type { IdempotencyStore } from '../idempotency/store.ts'
import { callIdTime } from '../ids.ts'
import type { Log } from '../log.ts'
import type { Engine } from '../providers/ports.ts'
import type { NumberLimit } from '../rate-limits/number-limit.ts'
import type { RateLimitStore } from '../rate-limits/store.ts'
import type { CallEnding, FinishInput, FinishResult, LegView } from '../../workflows/contract.ts'
import { OPEN_STATUSES, isCharged, isDialUnknown, isEnded } from './call.ts'
import type { Call, Mode } from './call.ts'
import type { CallStore } from './store.ts'

export interface ReconcilerDeps {
  /** Whose carrier the steps below ask: calls of the other mode are left to their own workers. */
  mode: Mode
  calls: CallStore
  conversations: Pick<ConversationStore, 'findStates'>
  credits: Pick<CreditStore, 'capture' | 'release' | 'findHolds' | 'postPending'>
  pauses: Pick<DialingPauseStore, 'isPaused'>
  locks: Pick<DialLockStore, 'prune'>
  idempotency: Pick<IdempotencyStore, 'prune'>
  rateLimits: Pick<RateLimitStore, 'prune'>
  toNumber: Pick<NumberLimit, 'forget'>
  engine: Pick<Engine, 'startCall' | 'findRun' | 'signalCancelRequested' | 'signalLegEnded'>
  /** The steps of a call's workflow. */
  steps: {
    lookUpLeg: (callId: string) => Promise<LegView>
    hangUp: (callId: string) => Promise<void>
    finish: (input: FinishInput) => Promise<FinishResult>
  }
  timeouts: { dialUnknownMs: number; reconcileEveryMs: number; reconcileOlderMs: number }
  log: Log
}

const CALLS_A_ROUND = 500

export const createReconciler = (deps: ReconcilerDeps) => {
  const {
    mode,
    calls,
    conversations,
    credits,
    pauses,
    locks,
    idempotency,
    rateLimits,
    toNumber,
    engine,
    steps,
    timeouts,
    log,
  } = deps

  const voidUnaccepted = async (before: Date): Promise<void> => {
    for (const { _id } of await calls.findOlder('accepting', before, CALLS_A_ROUND))
      if (await calls.markVoided(_id)) log.warn({ call_id: _id }, 'a call that was never accepted is voided')
    for (const call of await calls.findOlder('voided', before, CALLS_A_ROUND)) {
      await credits.release(purseOf(call), call._id)
      await toNumber.forget(call)
      await calls.discard(call._id)
    }
  }

  const settleHolds = async (before: Date): Promise<void> => {
    for await (const { accountId, callId } of credits.findHolds()) {
      if (callIdTime(callId) >= before) continue
      const call = await calls.find(callId)
      if (call && !isEnded(call.status)) continue
      // A call is stored before its hold, so one that is not there can never be accepted.
      await (call && isCharged(call.status, call.startedAt) ? credits.capture : credits.release)(accountId, callId)
      log.warn({ call_id: callId, status: call?.status ?? 'unknown' }, 'a hold that was left open is settled')
    }
  }

  const reviseOpen = async (before: Date): Promise<void> => {
    lastRevs = revs
    revs = new Map()
    isCarrierAway = false
    for (const status of OPEN_STATUSES)
      for (const call of await calls.findOlder(status, before, CALLS_A_ROUND, mode)) await revise(call)
  }

  /** The state of conversations as this round finds them, and as the one before did. */
  let revs = new Map<string, number>()
  let lastRevs = revs
  /** Of a carrier that has not answered in this round no more is asked: each question would take its time-out. */
  let isCarrierAway = false

  /** Of a conversation in which nothing has happened for a round the carrier may have said the end while the store was away (R5). */
  const askCarrier = async ({ _id, status, leg }: Call): Promise<void> => {
    if (status !== 'in_progress' || leg.ended) return
    const [conversation] = await conversations.findStates([_id])
    if (!conversation || conversation.ended) return
    revs.set(_id, conversation.rev)
    if (lastRevs.get(_id) !== conversation.rev || isCarrierAway) return
    const view = await lookUp(_id)
    if (view.kind === 'ended') await engine.signalLegEnded(_id, view.ended)
  }

  /** What its workflow may not have been told, because Temporal was away when it happened; one that judges waits for neither. */
  const tellAgain = async ({ _id, cancelRequestedAt, endedAt, leg }: Call): Promise<void> => {
    if (cancelRequestedAt) await engine.signalCancelRequested(_id)
    if (leg.ended && !endedAt) await engine.signalLegEnded(_id, leg.ended)
  }

  const revise = async (open: Call): Promise<void> => {
    const callId = open._id
    const run = await engine.findRun(callId)
    if (run === 'running') {
      await tellAgain(open)
      return await askCarrier(open)
    }
    // Its workflow may have ended it just now.
    const call = await calls.find(callId)
    if (!call || isEnded(call.status)) return
    if (run === 'none' && call.status === 'queued' && call.dial === null && !call.ending)
      return (await isHeldBack(call)) ? undefined : await engine.startCall(call)
    await endAbandoned(call).catch((error: unknown) =>
      log.warn({ call_id: callId, reason: messageOf(error) }, 'an abandoned call could not be ended yet'),
    )
  }

  /** What was canceled is started all the same: its workflow ends it. */
  const isHeldBack = async ({ cancelRequestedAt }: Call): Promise<boolean> =>
    cancelRequestedAt === null && (await pauses.isPaused(mode))

  const endAbandoned = async ({ _id, dial }: Call): Promise<void> => {
    const leg = await lookUp(_id)
    const call = await calls.find(_id)
    if (!call) return
    if (isDialUnknown(call) && dial && Date.now() < dial.until.getTime() + timeouts.dialUnknownMs) return
    // A leg that is not hung up now is when the carrier next asks or tells: its call has ended.
    if (leg.kind === 'up') await steps.hangUp(_id).catch(() => undefined)
    const { status } = await steps.finish({ callId: _id, ending: endingOf(call) })
    log.warn({ call_id: _id, status }, 'a call whose workflow is gone is ended')
  }

  const lookUp = async (callId: string): Promise<LegView> =>
    await steps.lookUpLeg(callId).catch((error: unknown) => {
      log.warn({ call_id: callId, reason: messageOf(error) }, 'the leg could not be looked up')
      isCarrierAway = true
      return { kind: 'unknown' }
    })

  const round: Record<string, (before: Date) => Promise<void>> = {
    voidUnaccepted,
    settleHolds,
    postPending: credits.postPending,
    pruneLocks: () => locks.prune(new Date()),
    pruneIdempotency: () => idempotency.prune(new Date()),
    pruneRateLimits: () => rateLimits.prune(new Date()),
    reviseOpen,
  }

  /** One round over everything that was made before `before`; a step that fails is left to the next round. */
  const reconcile = async (before: Date): Promise<void> => {
    for (const [step, run] of Object.entries(round))
      await run(before).catch((error: unknown) =>
        log.warn({ step, reason: messageOf(error) }, 'the reconciler will try again'),
      )
  }

  return {
    reconcile,

    /** Reconciles now and then what is older than `reconcileOlderMs`, until the returned function is called; it waits for the round under way. */
    start: (): (() => Promise<void>) => {
      let running = Promise.resolve()
      const next = async (): Promise<void> => {
        await reconcile(new Date(Date.now() - timeouts.reconcileOlderMs))
        if (!isStopped) timer = setTimeout(run, timeouts.reconcileEveryMs)
      }
      const run = (): void => {
        running = next()
      }
      let isStopped = false
      let timer: NodeJS.Timeout | undefined
      run()
      return async () => {
        isStopped = true
        clearTimeout(timer)
        await running
      }
    },
  }
}

/** What `finish` is told; that a call was canceled, or how it ends was decided before, it sees for itself. */
const endingOf = (call: Call): CallEnding => {
  const { ended } = call.leg
  if (call.outcome !== null) return { status: 'completed' }
  if (ended === 'busy' || ended === 'no_answer') return { status: 'failed', errorCode: ended }
  return { status: 'failed', errorCode: isDialUnknown(call) ? 'dial_unknown' : 'call_failed' }
}
