import { afterAll, beforeAll, expect, it } from 'vitest'

import { createActivityRunner } from './activity-run.ts'
import type { ActivityRunner } from './activity-run.ts'

let runner: ActivityRunner
beforeAll(async () => {
  runner = await createActivityRunner()
})
afterAll(async () => await runner.close())

const place = (call: Awaited<ReturnType<ActivityRunner['open']>>) =>
  call.activities.placeCall({ callId: call.id, ringSeconds: 45 })

it('tells how long one has to wait for calling hours at the callee’s place, and asks for them anew', async () => {
  const call = await runner.open({ toPhoneNumber: '+12125551234' }, true)
  const openedAt = async (time: string) => {
    call.outside.now = new Date(time)
    return [await call.activities.openCall(call.id), (await call.stored()).scheduledFor?.toISOString()]
  }
  const morning = '2026-07-02T12:00:00.000Z'
  expect(await openedAt('2026-07-02T02:00:00Z')).toEqual([{ kind: 'open', waitSeconds: 36_000 }, morning])
  expect(await openedAt('2026-07-02T11:59:59.400Z')).toEqual([{ kind: 'open', waitSeconds: 1 }, morning])
  expect(await openedAt(morning)).toEqual([{ kind: 'open' }, morning])
  // The timer was due, and nobody was there until the night.
  expect(await openedAt('2026-07-03T02:00:00Z')).toEqual([
    { kind: 'open', waitSeconds: 36_000 },
    '2026-07-03T12:00:00.000Z',
  ])
  await runner.calls.requestCancel(call.id, new Date())
  expect(await call.activities.openCall(call.id)).toEqual({ kind: 'open', canceled: true })
})

it('has a call wait for nothing that does not keep calling hours', async () => {
  const call = await runner.open({ toPhoneNumber: '+12125551234' })
  call.outside.now = new Date('2026-07-02T02:00:00Z')
  expect(await call.activities.openCall(call.id)).toEqual({ kind: 'open' })
  expect(await place(call)).toEqual({ kind: 'dialed' })
})

it('rings nobody whose calling hours are over, and says so', async () => {
  const call = await runner.open({ toPhoneNumber: '+12125551235' }, true)
  call.outside.now = new Date('2026-07-02T01:00:00Z')
  expect(await place(call)).toEqual({ kind: 'refused' })
  await call.activities.finish({ callId: call.id, ending: { status: 'failed', errorCode: 'call_failed' } })
  expect(call.outside.dialed).toEqual([])
  expect((await call.stored()).errorMessage).toContain('Calling hours')
  expect(await call.balance()).toBe(5)
  const other = await runner.open({ toPhoneNumber: '+12125551235' }, true)
  other.outside.now = new Date('2026-07-02T00:59:59Z')
  expect(await place(other)).toEqual({ kind: 'dialed' })
})

it('a call that is canceled while it waits gives its credit back, at once', async () => {
  const call = await runner.open({}, true)
  await runner.calls.schedule(call.id, new Date(Date.now() + 3_600_000))
  await runner.calls.requestCancel(call.id, new Date())
  expect(await call.balance()).toBe(4)
  await call.activities.finish({ callId: call.id, ending: { status: 'canceled' } })
  expect([(await call.stored()).status, await call.balance()]).toEqual(['canceled', 5])
})
