// What operators decide about dials: that there be none for a while, and what became of one that is unknown.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'

import { createDialSettlement } from '../../src/calls/settle-dial.ts'
import { createDialLocks } from '../../src/dial-locks/service.ts'
import { createActivityRunner } from './activity-run.ts'
import type { ActivityRunner } from './activity-run.ts'
import { createReconcilerRun } from './reconciler-run.ts'
import type { Around } from './reconciler-run.ts'

const LEG = 'CA00000000000000000000000000000001'

let runner: ActivityRunner
let told: unknown[][] = []
beforeAll(async () => {
  runner = await createActivityRunner()
})
afterEach(async () => {
  told = []
  await runner.pauses.remove('test')
})
afterAll(async () => await runner.close())

const place = (call: Around) => call.activities.placeCall({ callId: call.id, ringSeconds: 45 })

describe('while dialing is paused', () => {
  const pause = () => runner.pauses.insert({ _id: 'test', since: new Date() })

  it('a call that is to begin waits without a media host, but not to be canceled', async () => {
    const call = await runner.open({ toPhoneNumber: '+12125551236' }, true)
    await pause()
    const openedAt = async (time: string) => {
      call.outside.now = new Date(time)
      return await call.activities.openCall(call.id)
    }
    expect(await openedAt('2026-07-02T11:00:00Z')).toEqual({ kind: 'open', waitSeconds: 3600 })
    expect(await openedAt('2026-07-02T12:00:00Z')).toEqual({ kind: 'open', waitSeconds: 120 })
    await runner.pauses.remove('test')
    expect(await openedAt('2026-07-02T12:02:00Z')).toEqual({ kind: 'open' })
    await pause()
    await runner.calls.requestCancel(call.id, new Date())
    expect(await openedAt('2026-07-02T12:02:00Z')).toEqual({ kind: 'open', canceled: true })
  })

  it('a call that was about to be dialled waits, without the lock of its number', async () => {
    const call = await runner.open()
    await pause()
    expect(await place(call)).toEqual({ kind: 'locked', isPaused: true })
    expect([call.outside.dialed, (await call.stored()).dial]).toEqual([[], null])
    expect(await runner.locks.find(`test:${(await call.stored()).request.toPhoneNumber}`)).toBeNull()
    await runner.pauses.remove('test')
    expect(await place(call)).toEqual({ kind: 'dialed' })
  })

  it('so does one that has waited for that lock meanwhile', async () => {
    const call = await runner.open()
    call.outside.whileLocking = async () => void (await pause())
    expect(await place(call)).toEqual({ kind: 'locked', isPaused: true })
    expect([call.outside.dialed, (await call.stored()).dial]).toEqual([[], null])
    expect(await runner.locks.find(`test:${(await call.stored()).request.toPhoneNumber}`)).toBeNull()
  })

  it('what was dialled before goes on', async () => {
    const call = await runner.open()
    await place(call)
    await pause()
    expect(await place(call)).toEqual({ kind: 'dialed' })
  })

  it('the reconciler starts no call but one that was canceled', async () => {
    const run = createReconcilerRun(runner)
    const [waiting, canceled] = [await runner.open(), await runner.open()]
    for (const call of [waiting, canceled]) run.watch(call, 'none')
    await runner.calls.requestCancel(canceled.id, new Date())
    await pause()
    await run.reconcile()
    expect(run.started).toEqual([canceled.id])
    await runner.pauses.remove('test')
    await run.reconcile()
    expect(run.started).toContain(waiting.id)
  })
})

describe('an unknown dial', () => {
  const settle = () =>
    createDialSettlement({
      calls: runner.calls,
      dialLocks: createDialLocks(runner),
      engine: { signalLegEnded: async (...message) => void told.push(message) },
    })
  /** The time in which it could still be sent is over. */
  const unknown = async (): Promise<Around> => {
    const call = await runner.open()
    call.outside.dialOutcome = { kind: 'unknown', message: 'reset' }
    await place(call)
    await runner.db
      .collection<{ _id: string }>('calls')
      .updateOne({ _id: call.id }, { $set: { 'dial.until': new Date(Date.now() - 1) } })
    return call
  }
  const ended = async (): Promise<Around> => {
    const call = await unknown()
    await call.activities.finish({ callId: call.id, ending: { status: 'failed', errorCode: 'dial_unknown' } })
    return call
  }
  const lockOf = async (call: Around) =>
    await runner.locks.find(`test:${(await call.stored()).request.toPhoneNumber}`)

  it('that was not dialled ends its call and frees its number', async () => {
    const call = await unknown()
    expect(await lockOf(call)).not.toBeNull()
    expect(await settle()(call.id, { kind: 'not_dialled' })).toMatchObject({ kind: 'settled', isEnded: false })
    expect([told, await lockOf(call)]).toEqual([[[call.id, 'failed']], null])
    await call.activities.finish({ callId: call.id, ending: { status: 'failed', errorCode: 'call_failed' } })
    expect(await call.stored()).toMatchObject({
      status: 'failed',
      errorMessage: expect.stringContaining('had not dialled'),
    })
    expect(await call.balance()).toBe(5)
  })

  it('that was not dialled ends its call also when the engine was not told, and takes no other call’s leg for its own', async () => {
    const call = await unknown()
    await settle()(call.id, { kind: 'not_dialled' })
    call.outside.legs = [{ legId: 'CA-of-the-next-call', state: 'ringing' }]
    expect(await call.activities.lookUpLeg(call.id)).toEqual({ kind: 'ended', ended: 'failed' })
    expect(await call.stored()).toMatchObject({ legId: null, dial: { state: 'refused' } })
  })

  it('that was dialled has its leg from then on, and its call goes on', async () => {
    const call = await unknown()
    await settle()(call.id, { kind: 'dialled', legId: LEG })
    call.outside.legs = [{ legId: LEG, state: 'in_progress' }]
    expect(await call.activities.lookUpLeg(call.id)).toEqual({ kind: 'up', answered: true })
    expect([told, await lockOf(call), (await call.stored()).status]).toEqual([[], null, 'in_progress'])
  })

  it.each([
    [{ kind: 'not_dialled' }, null, 'had not dialled'],
    [{ kind: 'dialled', legId: `${LEG}2` }, `${LEG}2`, 'had dialled'],
  ] as const)(
    'of a call that has ended is on record as %j, and nothing else changes',
    async (finding, legId, text) => {
      const call = await ended()
      expect(await settle()(call.id, finding)).toMatchObject({ kind: 'settled', isEnded: true })
      expect(await call.stored()).toMatchObject({
        status: 'failed',
        errorCode: 'dial_unknown',
        errorMessage: expect.stringContaining(text),
        legId,
        dial: { settledAt: expect.any(Date) },
      })
      expect([told, await call.balance()]).toEqual([[], 5])
    },
  )

  it('is settled once: the same again is no error, another finding changes nothing', async () => {
    const call = await ended()
    await settle()(call.id, { kind: 'not_dialled' })
    expect(await settle()(call.id, { kind: 'not_dialled' })).toMatchObject({ kind: 'settled' })
    expect(await settle()(call.id, { kind: 'dialled', legId: LEG })).toMatchObject({ kind: 'known' })
    expect((await call.stored()).legId).toBeNull()
  })

  it('is settled one way when two operators find two things at once', async () => {
    const call = await unknown()
    const findings = [{ kind: 'not_dialled' }, { kind: 'dialled', legId: `${LEG}3` }] as const
    const settlements = await Promise.all(findings.map(finding => settle()(call.id, finding)))
    expect(settlements.map(({ kind }) => kind).toSorted()).toEqual(['known', 'settled'])
    const { legId, dial } = await call.stored()
    expect(dial?.state).toBe(legId === null ? 'refused' : 'submitted')
  })

  it('is not settled with a leg that is another call’s, nor while it may still be sent, nor if it is known', async () => {
    const [other, call] = [await runner.open(), await unknown()]
    other.outside.dialOutcome = { kind: 'dialed', legId: 'CA-other' }
    await place(other)
    const taken = await settle()(call.id, { kind: 'dialled', legId: 'CA-other' })
    expect(taken).toEqual({ kind: 'leg_taken', callId: other.id })
    expect(await settle()(other.id, { kind: 'not_dialled' })).toMatchObject({ kind: 'known' })
    expect(await settle()('cl_none', { kind: 'not_dialled' })).toEqual({ kind: 'no_call' })
    const young = await runner.open()
    await runner.calls.claimDial(young.id, new Date(Date.now() + 10_000))
    expect(await settle()(young.id, { kind: 'not_dialled' })).toMatchObject({ kind: 'under_way' })
  })
})
