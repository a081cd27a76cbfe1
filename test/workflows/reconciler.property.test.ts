// Whatever was left half-done, wherever it stopped: a few rounds of two reconcilers at once bring it in order.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'

import { isEnded } from '../../src/calls/call.ts'
import { isBalanced } from '../../src/credits/credit.ts'
import { createActivityRunner } from './activity-run.ts'
import type { ActivityRunner } from './activity-run.ts'
import { createReconcilerRun } from './reconciler-run.ts'
import type { Around, ReconcilerRun, Workflow } from './reconciler-run.ts'

let runner: ActivityRunner
let run: ReconcilerRun
beforeAll(async () => {
  runner = await createActivityRunner()
  run = createReconcilerRun(runner)
})
afterAll(async () => await runner.close())

const LONG_AGO = new Date(Date.now() - 3_600_000)
const SAID = [{ role: 'callee', text: 'That is fine.' }] as const

/** The life of a call in single updates; each is a place where a process may die. */
const LIVES = {
  talked: [
    'hold',
    'queue',
    'open',
    'claim',
    'bind',
    'dial',
    'talk',
    'end',
    'conclude',
    'decide',
    'capture',
    'complete',
  ],
  unjudged: ['hold', 'queue', 'open', 'claim', 'bind', 'dial', 'talk', 'end', 'decide', 'capture', 'complete'],
  canceled: ['hold', 'queue', 'open', 'claim', 'bind', 'dial', 'talk', 'cancel', 'decide', 'capture'],
  busy: ['hold', 'queue', 'open', 'claim', 'bind', 'dial', 'busy', 'release', 'fail'],
  unknown: ['hold', 'queue', 'open', 'claim', 'lose', 'release', 'fail'],
  refused: ['hold', 'queue', 'open', 'claim', 'refuse', 'release', 'fail'],
  voided: ['hold', 'void', 'release', 'discard'],
  // Its acceptance came too late for its own hold.
  late: ['void', 'discard', 'hold'],
} as const
type Step = (typeof LIVES)[keyof typeof LIVES][number]

const step = async (call: Around, accountId: string, name: Step): Promise<unknown> => {
  const { calls, credits, conversations } = runner
  const { id } = call
  const steps: Record<Step, () => Promise<unknown>> = {
    hold: () => credits.hold(accountId, id),
    queue: () => calls.advance(id, 'queued'),
    open: () => conversations.ensure(id),
    claim: () => calls.claimDial(id, LONG_AGO),
    bind: () => calls.bindLeg(id, `CA-${id}`),
    dial: () => calls.advance(id, 'dialing'),
    talk: () => call.talk([...SAID]),
    end: () => call.endByHost('agent_ended'),
    conclude: () => call.conclude(),
    decide: () => calls.decideEnding(id, { status: 'completed' }),
    cancel: () => calls.requestCancel(id, new Date()),
    capture: () => credits.capture(accountId, id),
    complete: () => calls.advance(id, 'completed'),
    busy: () => calls.endLeg(id, 'busy'),
    release: () => credits.release(accountId, id),
    fail: () => calls.advance(id, 'failed', { errorCode: 'call_failed' }),
    lose: () => calls.setDialState(id, 'unknown'),
    refuse: () => calls.refuseDial(id, 'no such number'),
    void: () => calls.markVoided(id),
    discard: () => calls.discard(id),
  }
  return await steps[name]()
}

const halfDone = fc
  .constantFrom(...Object.values(LIVES))
  .chain(life => fc.nat({ max: life.length }).map(done => life.slice(0, done)))

it(
  'ends with every credit accounted for, and no call without somebody who ends it',
  { timeout: 90_000 },
  async () => {
    const calls = fc.array(fc.tuple(halfDone, fc.constantFrom<Workflow>('closed', 'none')), {
      minLength: 1,
      maxLength: 3,
    })
    await fc.assert(
      fc.asyncProperty(calls, fc.boolean(), async (lives, engineWasAway) => {
        const made: Around[] = []
        for (const [steps, workflow] of lives) {
          const draft = await runner.draft()
          await runner.calls.insert(draft)
          const call = run.watch(runner.around(draft), workflow)
          for (const name of steps) await step(call, draft.accountId, name)
          made.push(call)
        }
        if (engineWasAway) await run.reconcile({ engineIsThere: false })
        await Promise.all([run.reconcile(), run.reconcile()])

        for (const call of made) {
          const account = await call.account()
          const stored = await runner.calls.find(call.id)
          expect(isBalanced(account)).toBe(true)
          const isOver = stored === null || isEnded(stored.status)
          expect(Object.keys(account.holds)).toEqual(isOver ? [] : [call.id])
          if (!isOver) expect([stored.status, run.started.includes(call.id)]).toEqual(['queued', true])
          const isCanceled = stored !== null && stored.cancelRequestedAt !== null
          if (isCanceled) expect(stored.status).toBe('canceled')
          expect(account.captured).toBe(stored?.status === 'completed' || isCanceled ? 1 : 0)
        }
      }),
      { numRuns: 25 },
    )
  },
)
