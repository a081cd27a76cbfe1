// One run: its calls are placed, its fault is done, and each call is judged when it has come to rest.
import { readCarrier } from '../devstack/demo/carrier.ts'
import { settledMsAt } from '../devstack/demo/handover.ts'
import { forget } from './accounts/store.ts'
import { violationsOf } from './checks/all.ts'
import { createEvents } from './events.ts'
import type { Evidence } from './evidence.ts'
import { createFollower } from './follow.ts'
import type { Followed } from './follow.ts'
import { describeFault } from './faults/fault.ts'
import type { ProcessName } from './faults/fault.ts'
import { patiently } from './patiently.ts'
import type { Plan } from './plan.ts'
import type { ChaosStack } from './stack.ts'
import { createStriker } from './strike.ts'
import type { Strike } from './strike.ts'
import type { Patience } from './timeouts.ts'

/** What is wrong with one call, and everything that is known of it. */
export interface JudgedCall {
  violations: string[]
  callId: string | null
  /** From its POST to its end. */
  tookMs: number
  /** The faults that came meanwhile, those of other runs included. */
  faults: string[]
  evidence: Evidence
}

export interface RunResult {
  plan: Plan
  isMissed: boolean
  calls: JudgedCall[]
  violations: number
  events: string[]
}

/** A run under way: the next one may begin at `whole`. */
export interface Running {
  whole: Promise<unknown>
  result: Promise<RunResult>
}

/** A fault that has begun, kept for all calls that it may have hit, those of other runs too. */
interface Done {
  plan: Plan
  strike: Strike
  /** Media time of each open call right before it, by call id. */
  mediaMs: ReadonlyMap<string, number>
}

const FRAME_MS = 20
/** A leg whose call is gone would be taken for that of an unknown dial: longer than one is looked for. */
const KEPT_MS = 60_000

const takesTime = ({ plan: { fault } }: Done): boolean => fault.kind === 'store' || fault.kind === 'deploy'

const isDouble = ({ plan: { fault } }: Done): boolean =>
  fault.action.do === 'kill' && (fault.action.and ?? fault.action.again) !== undefined

export interface RunnerOptions {
  patience: Patience
  signal: AbortSignal
  speed: number
}

export const createRunner = (stack: ChaosStack, { patience, signal, speed }: RunnerOptions) => {
  const judged: { accountId: string; callIds: string[]; atMs: number }[] = []
  const striker = createStriker(stack, patience)
  const follower = createFollower(stack, patience, signal)
  const done: Done[] = []
  const open = new Set<Followed>()

  /** How far the conversations under way have come, as the carrier counts the frames that it has sent. */
  const lookAtTheClock = async (into: Map<string, number>): Promise<void> => {
    await Promise.all(
      [...open].map(async ({ target: { callId, isOver } }) => {
        if (callId === null || isOver) return
        const { legs } = await readCarrier(stack.sandboxUrl, callId)
        const stream = legs[0]?.streams.at(-1)
        if (stream) into.set(callId, (stream.openedMs ?? 0) + stream.framesSent * FRAME_MS)
      }),
    )
  }

  /** The faults that came while a call was open. */
  const faultsDuring = ({ startedMs, endedMs }: Followed): Done[] =>
    done.filter(
      ({ strike: { fromMs, untilMs } }) =>
        fromMs !== null && fromMs <= (endedMs ?? Infinity) && untilMs >= startedMs,
    )

  const disturbs = (
    { plan, strike: { processes } }: Done,
    own: Plan,
    isTarget: boolean,
    hosts: readonly (ProcessName | null)[],
  ): boolean => {
    const { kind, point } = plan.fault
    if (kind === 'model') return point.on === 'model' ? plan === own && isTarget : true
    return processes.some(process => process.startsWith('media-') && hosts.includes(process))
  }

  /** The embedded store reads whole collections: what was judged long ago is taken out of its way. */
  const forgetOld = async (): Promise<void> => {
    for (let [oldest] = judged; oldest && performance.now() - oldest.atMs > KEPT_MS; [oldest] = judged) {
      judged.shift()
      const { accountId, callIds } = oldest
      await patiently(signal, () => forget(stack.db, accountId, callIds))
    }
  }

  const judge = async (plan: Plan, followed: Followed, isTarget: boolean): Promise<JudgedCall> => {
    const known = await follower.follow(followed)
    const hosts = known.carrier.legs.flatMap(({ streams }) => streams.map(({ url }) => stack.mediaOf(url)))
    open.delete(followed)
    const during = faultsDuring(followed)
    const faults = during.filter(fault => disturbs(fault, plan, isTarget, hosts))
    const lossMs = faults[0]?.mediaMs.get(followed.target.callId ?? '') ?? null
    const disturbance = {
      conversation: faults.length > 0,
      mayWait: during.some(fault => isDouble(fault) || (takesTime(fault) && hasJustBegun(fault, followed))),
      lossMs,
      settledMs: settledMsAt(speed),
    }
    const evidence: Evidence = { ...known, disturbance }
    const violations = violationsOf(evidence)
    const callIds = evidence.store.calls.map(({ _id }) => _id)
    if (violations.length === 0)
      judged.push({ accountId: followed.target.accountId, callIds, atMs: performance.now() })
    await forgetOld()
    const tookMs = (followed.endedMs ?? performance.now()) - followed.startedMs
    const named = during.map(fault => `run ${fault.plan.run}, ${describeFault(fault.plan.fault)}`)
    return { violations, callId: followed.target.callId, tookMs, faults: named, evidence }
  }

  /** A stream that is open may not have been let in yet: the store says so. */
  const hasJustBegun = ({ mediaMs }: Done, { target }: Followed): boolean =>
    (mediaMs.get(target.callId ?? '') ?? 0) <= settledMsAt(speed)

  const slowDown = ({ slow }: Plan): (() => void) => {
    if (!slow) return () => undefined
    const links = stack.links.of(slow.link)
    stack.links.cut(links, { how: 'delay', ms: slow.ms })
    return () => stack.links.heal(links)
  }

  return {
    /** Starts a run on a stack that is whole. */
    start: async (plan: Plan): Promise<Running> => {
      const events = createEvents()
      const calls = await Promise.all(plan.calls.map(follower.prepare))
      const target = calls[plan.target]?.target
      if (!target) throw new Error('a plan without a target')
      const mend = slowDown(plan)
      calls.forEach(call => open.add(call))
      const mediaMs = new Map<string, number>()
      const look = (): Promise<void> => lookAtTheClock(mediaMs).catch(() => undefined)
      const begun = (strike: Strike): void => void done.push({ plan, strike, mediaMs })
      const whole = striker.strike(plan.fault, target, events, { atPoint: look, begun }).then(strike => {
        mend()
        return strike
      })
      const judged = calls.map(async (followed, n) => {
        const call = await judge(plan, followed, n === plan.target)
        events.note(
          `call ${n} (${followed.planned.scenario}) ${call.callId}: ${call.violations.join('; ') || 'as it should'}`,
        )
        return call
      })
      const result = Promise.all([whole, Promise.all(judged)]).then(([strike, all]) => ({
        plan,
        isMissed: strike.fromMs === null,
        calls: all,
        violations: all.reduce((sum, { violations }) => sum + violations.length, 0),
        events: events.lines(),
      }))
      return { whole, result }
    },
  }
}
