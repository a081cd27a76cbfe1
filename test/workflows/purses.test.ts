// A live call's credit is held and settled where live credits are.
import { afterAll, beforeAll, expect, it } from 'vitest'

import { purseOf } from '../../src/credits/credit.ts'
import type { Call } from '../../src/calls/call.ts'
import { createActivityRunner } from './activity-run.ts'
import type { ActivityRunner } from './activity-run.ts'
import { createReconcilerRun } from './reconciler-run.ts'

let runner: ActivityRunner
beforeAll(async () => {
  runner = await createActivityRunner()
})
afterAll(async () => await runner.close())

/** A live call that holds its credit and was not accepted yet. */
const held = async (): Promise<Call> => {
  const call: Call = { ...(await runner.draft()), mode: 'live' }
  await runner.calls.insert(call)
  await runner.credits.hold(purseOf(call), call._id)
  return call
}

const balances = async ({ accountId }: Call) => ({
  live: await runner.credits.balance(purseOf({ accountId, mode: 'live' })),
  test: await runner.credits.balance(purseOf({ accountId, mode: 'test' })),
})

const WHOLE = { balance: 5, held: 0 }

it.each([
  ['answered', { balance: 4, held: 0 }],
  ['not answered', WHOLE],
] as const)('a live call that was %s leaves %j of live credits, and all of the test ones', async (how, live) => {
  const call = await held()
  await runner.calls.advance(call._id, 'queued')
  const { activities } = runner.around(call)
  await activities.openCall(call._id)
  if (how === 'answered') await runner.calls.advance(call._id, 'in_progress', { startedAt: new Date() })
  expect((await balances(call)).live).toEqual({ balance: 4, held: 1 })
  await activities.finish({ callId: call._id, ending: { status: how === 'answered' ? 'completed' : 'canceled' } })
  expect(await balances(call)).toEqual({ live, test: WHOLE })
})

it('a live call that was never accepted gives its credit back to the live ones', async () => {
  const call = await held()
  const run = createReconcilerRun(runner)
  run.watch(runner.around(call), 'none')
  await run.reconcile({ mode: 'live' })
  expect(await balances(call)).toEqual({ live: WHOLE, test: WHOLE })
})
