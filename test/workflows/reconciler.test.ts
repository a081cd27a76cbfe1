import { afterAll, beforeAll, expect, it } from 'vitest'

import { newCall } from '../../src/calls/call.ts'
import { createReconciler } from '../../src/calls/reconciler.ts'
import { newCallId } from '../../src/ids.ts'
import { createActivityRunner } from './activity-run.ts'
import type { ActivityRunner } from './activity-run.ts'

let runner: ActivityRunner
const started: string[] = []
beforeAll(async () => {
  runner = await createActivityRunner()
})
afterAll(async () => await runner.close())

const reconcile = async (engineIsThere = true): Promise<void> => {
  const startCall = async ({ _id }: { _id: string }): Promise<void> => {
    if (!engineIsThere) throw new Error('Temporal is away')
    started.push(_id)
  }
  const { calls, credits, log } = runner
  const { reconcile } = createReconciler({ calls, credits, log, engine: { startCall } })
  await reconcile(new Date(Date.now() + 1)).catch(() => undefined)
}

/** A call whose acceptance stopped half-way, after its hold. */
const halfAccepted = async () => {
  const call = await runner.open()
  const { request, accountId } = await call.stored()
  const half = newCall(newCallId(), accountId, 'test', request, new Date())
  await runner.calls.insert(half)
  await runner.credits.hold(accountId, half._id)
  return { id: half._id, balance: call.balance }
}

it('gives back the credit of a call that was never accepted, and forgets it, without Temporal', async () => {
  const { id, balance } = await halfAccepted()
  expect(await balance()).toBe(3)
  await reconcile(false)
  expect(await balance()).toBe(4)
  expect(await runner.calls.find(id)).toBeNull()
})

it('goes on where a reconciler died between voiding a call and giving its credit back', async () => {
  const { id, balance } = await halfAccepted()
  await runner.calls.markVoided(id)
  expect(await runner.calls.advance(id, 'queued')).toBeNull()
  await reconcile()
  expect(await balance()).toBe(4)
  expect(await runner.calls.find(id)).toBeNull()
})

it('does not void a call that was accepted meanwhile', async () => {
  const { id } = await halfAccepted()
  await runner.calls.advance(id, 'queued')
  expect(await runner.calls.markVoided(id)).toBe(false)
  await reconcile()
  expect(started).toContain(id)
  expect(await runner.calls.find(id)).toMatchObject({ status: 'queued' })
})

it('leaves alone what is young, and what has begun', async () => {
  const call = await runner.open()
  await call.activities.placeCall({ callId: call.id, ringSeconds: 45 })
  await reconcile()
  expect(started).not.toContain(call.id)
  const { id } = await halfAccepted()
  const { calls, credits, log } = runner
  const before = new Date(Date.now() - 30_000)
  await createReconciler({ calls, credits, log, engine: { startCall: async () => undefined } }).reconcile(before)
  expect(await runner.calls.find(id)).toMatchObject({ status: 'accepting' })
})
