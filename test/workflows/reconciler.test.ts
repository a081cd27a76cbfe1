import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { newCallId } from '../../src/ids.ts'
import { RATE_LIMITS } from '../../src/rate-limits/store.ts'
import { createActivityRunner } from './activity-run.ts'
import type { ActivityRunner } from './activity-run.ts'
import { createReconcilerRun } from './reconciler-run.ts'
import type { Around, ReconcilerRun } from './reconciler-run.ts'

let runner: ActivityRunner
let run: ReconcilerRun
beforeAll(async () => {
  runner = await createActivityRunner()
  run = createReconcilerRun(runner)
})
afterAll(async () => await runner.close())

/** A call whose acceptance stopped half-way, after its hold. */
const halfAccepted = async (): Promise<Around> => {
  const call = await runner.draft()
  await runner.calls.insert(call)
  await runner.credits.hold(call.accountId, call._id)
  return run.watch(runner.around(call), 'none')
}

const open = async (workflow: 'running' | 'closed' | 'none'): Promise<Around> =>
  run.watch(await runner.open(), workflow)

const place = (call: Around) => call.activities.placeCall({ callId: call.id, ringSeconds: 45 })

describe('a call that was never accepted', () => {
  it('gives its credit back and is forgotten, without Temporal', async () => {
    const call = await halfAccepted()
    expect(await call.balance()).toBe(4)
    await run.reconcile({ engineIsThere: false })
    expect(await call.balance()).toBe(5)
    expect(await runner.calls.find(call.id)).toBeNull()
  })

  it('is taken up where a reconciler died between voiding it and giving its credit back', async () => {
    const call = await halfAccepted()
    await runner.calls.markVoided(call.id)
    expect(await runner.calls.advance(call.id, 'queued')).toBeNull()
    await run.reconcile()
    expect(await call.balance()).toBe(5)
    expect(await runner.calls.find(call.id)).toBeNull()
  })

  it('is not voided if it was accepted meanwhile, but started', async () => {
    const call = await halfAccepted()
    await runner.calls.advance(call.id, 'queued')
    expect(await runner.calls.markVoided(call.id)).toBe(false)
    await run.reconcile()
    expect(run.started).toContain(call.id)
    expect(await call.stored()).toMatchObject({ status: 'queued' })
  })
})

describe('a hold that was left open', () => {
  it('of a call that does not exist any more is given back, without Temporal', async () => {
    const call = await halfAccepted()
    await runner.calls.discard(call.id)
    await run.reconcile({ engineIsThere: false })
    expect(await call.balance()).toBe(5)
  })

  it.each([
    ['completed', false, 4],
    ['failed', true, 5],
    ['canceled', false, 5],
    ['canceled', true, 4],
  ] as const)('of a call that is %s (answered: %s) leaves a balance of %i', async (status, answered, balance) => {
    const call = await open('closed')
    await runner.calls.advance(call.id, status, answered ? { startedAt: new Date() } : {})
    await run.reconcile({ engineIsThere: false })
    await run.reconcile({ engineIsThere: false })
    expect([await call.balance(), (await call.account()).holds]).toEqual([balance, {}])
  })

  it('of a call that has not ended stays', async () => {
    const call = await open('running')
    await place(call)
    await run.reconcile()
    expect(await call.balance()).toBe(4)
  })
})

it('writes into the ledger what a process left unposted when it died', async () => {
  const call = await halfAccepted()
  await call.leaveUnposted()
  await run.reconcile({ engineIsThere: false })
  expect((await call.account()).unposted).toEqual({})
})

it('forgets locks of numbers that have ended', async () => {
  const lock = { _id: 'test:+14155558000', callId: newCallId(), expiresAt: new Date(Date.now() - 1000) }
  const held = { ...lock, _id: 'test:+14155558001', expiresAt: new Date(Date.now() + 60_000) }
  await runner.locks.insert(lock)
  await runner.locks.insert(held)
  await run.reconcile()
  expect([await runner.locks.find(lock._id), await runner.locks.find(held._id)]).toEqual([null, held])
})

it('forgets idempotency keys a day after their answer', async () => {
  const record = { _id: 'old', bodyHash: '', callId: newCallId(), former: [], until: new Date(), answer: '{}' }
  const hour = 3_600_000
  await runner.idempotency.insert({ ...record, expiresAt: new Date(Date.now() - hour) })
  await runner.idempotency.insert({ ...record, _id: 'young', expiresAt: new Date(Date.now() + hour) })
  await run.reconcile({ engineIsThere: false })
  expect(await runner.idempotency.find('old')).toBeNull()
  expect(await runner.idempotency.find('young')).not.toBeNull()
})

it('clears away the windows of rate limits that are over', async () => {
  const windows = runner.db.collection<{ key: string; expire: Date }>(RATE_LIMITS)
  await windows.insertOne({ key: 'calls:over', expire: new Date(Date.now() - 1000) })
  await windows.insertOne({ key: 'calls:runs', expire: new Date(Date.now() + 60_000) })
  await run.reconcile({ engineIsThere: false })
  expect((await windows.find().toArray()).map(({ key }) => key)).toEqual(['calls:runs'])
})

it('leaves alone what is young, what runs, and calls of the other mode', async () => {
  const running = await open('running')
  await place(running)
  const gone = await open('none')
  await place(gone)
  await run.reconcile({ mode: 'live' })
  await run.reconcile({ before: new Date(Date.now() - 30_000) })
  await run.reconcile({ engineIsThere: false })
  expect(await gone.stored()).toMatchObject({ status: 'dialing' })
  await run.reconcile()
  expect(await running.stored()).toMatchObject({ status: 'dialing' })
  expect(await gone.stored()).toMatchObject({ status: 'failed' })
})

it('tells a workflow again that its call was canceled: it may not have heard', async () => {
  const [canceled, other] = [await open('running'), await open('running')]
  await runner.calls.requestCancel(canceled.id, new Date())
  await run.reconcile()
  expect(run.toldOfCancel).toContain(canceled.id)
  expect(run.toldOfCancel).not.toContain(other.id)
})

it('tells a workflow again that the carrier has said its last word on the leg: it may not have heard', async () => {
  const [over, talking, judged] = [await open('running'), await open('running'), await open('running')]
  for (const call of [over, talking, judged]) await place(call)
  for (const call of [over, judged]) await runner.calls.endLeg(call.id, 'completed')
  // Its workflow has seen the end, or it would not judge: it may do so for an hour.
  await runner.calls.setEndedAt(judged.id, new Date(), 12)
  await run.reconcile()
  expect(run.toldOfEnd).toEqual([[over.id, 'completed']])
})

it('asks the carrier for a leg of which nobody speaks any more: its last word may have come while the store was away', async () => {
  const [quiet, heard] = [await open('running'), await open('running')]
  for (const call of [quiet, heard]) {
    const legId = `CA-${call.id}`
    call.outside.dialOutcome = { kind: 'dialed', legId }
    await place(call)
    await call.talk([])
    call.outside.legs = [{ legId, state: 'completed' }]
  }
  const told = () => run.toldOfEnd.filter(([id]) => id === quiet.id || id === heard.id)
  await run.reconcile()
  expect(told()).toEqual([])
  await runner.conversations.requestGoodbye(heard.id, new Date())
  await run.reconcile()
  expect(told()).toEqual([[quiet.id, 'completed']])
  expect((await quiet.conversation()).ended).toMatchObject({ by: 'carrier' })
  expect(await quiet.stored()).toMatchObject({ leg: { ended: 'completed' } })
  await run.reconcile()
  expect(told()).toContainEqual([heard.id, 'completed'])
})

it('goes on with other calls although the carrier cannot be asked for one', async () => {
  const quiet = await open('running')
  await place(quiet)
  await quiet.talk([])
  quiet.outside.isAway = true
  await run.reconcile()
  const gone = await open('none')
  await place(gone)
  await gone.talk([])
  await run.reconcile()
  expect(await gone.stored()).toMatchObject({ status: 'failed' })
})

it('a call that waits for its time is left alone until then, unless it was canceled', async () => {
  const [waiting, due, canceled] = [await open('none'), await open('none'), await open('none')]
  for (const call of [waiting, canceled]) await runner.calls.schedule(call.id, new Date(Date.now() + 3_600_000))
  await runner.calls.schedule(due.id, new Date(Date.now() - 1_000))
  await runner.calls.requestCancel(canceled.id, new Date())
  await run.reconcile()
  const started = [waiting, due, canceled].map(({ id }) => run.started.includes(id))
  expect(started).toEqual([false, true, true])
  await run.reconcile({ before: new Date(Date.now() + 7_200_000) })
  expect(run.started).toContain(waiting.id)
})

it('a call that was never accepted does not count against the limit of its number', async () => {
  const call = { ...(await runner.draft()), mode: 'live' as const }
  await runner.calls.insert(call)
  await runner.toNumber.count(call, 1)
  await run.reconcile({ engineIsThere: false })
  const next = { ...call, _id: newCallId() }
  expect(await runner.toNumber.count(next, 1)).toEqual({ kind: 'counted' })
})

describe('a call whose workflow is gone', () => {
  it('fails, is hung up, and gives its credit back', async () => {
    const call = await open('none')
    await place(call)
    call.outside.legs = [{ legId: 'CA1', state: 'ringing' }]
    await run.reconcile()
    expect(await call.stored()).toMatchObject({ status: 'failed', errorCode: 'call_failed' })
    expect([call.outside.hungUp, await call.balance()]).toEqual([['CA1'], 5])
    expect((await call.conversation()).ended).toMatchObject({ by: 'workflow' })
  })

  it('keeps what was said', async () => {
    const call = await open('closed')
    await place(call)
    await call.talk([{ role: 'callee', text: 'Hello?' }])
    await run.reconcile()
    expect(await call.stored()).toMatchObject({
      status: 'failed',
      turns: [{ text: 'Hello?' }],
      durationSeconds: 12,
    })
  })

  it('is completed when it was judged', async () => {
    const call = await open('closed')
    await place(call)
    await call.talk([{ role: 'callee', text: 'That is fine.' }])
    await call.endByHost('agent_ended')
    await call.conclude()
    await run.reconcile()
    expect(await call.stored()).toMatchObject({ status: 'completed', outcome: 'achieved' })
    expect(await call.balance()).toBe(4)
  })

  it('ends as the carrier says that its leg ended', async () => {
    const call = await open('closed')
    await place(call)
    call.outside.legs = [{ legId: 'CA1', state: 'busy' }]
    await run.reconcile()
    expect(await call.stored()).toMatchObject({ status: 'failed', errorCode: 'busy' })
    expect(call.outside.hungUp).toEqual([])
  })

  it('is not started again once it was terminated', async () => {
    const call = await open('closed')
    await run.reconcile()
    expect(run.started).not.toContain(call.id)
    expect(await call.stored()).toMatchObject({ status: 'failed', errorCode: 'call_failed' })
  })

  it('and whose dial is unknown is looked for, until its time is over', async () => {
    const unknown = async () => {
      const call = await open('closed')
      call.outside.dialOutcome = { kind: 'unknown', message: 'reset' }
      await place(call)
      return call
    }
    const [found, lost] = [await unknown(), await unknown()]
    await run.reconcile()
    expect([await found.stored(), await lost.stored()]).toMatchObject([{ status: 'queued' }, { status: 'queued' }])

    found.outside.legs = [{ legId: `CA-${found.id}`, state: 'in_progress' }]
    await run.reconcile({ dialUnknownMs: -60_000 })
    expect(await found.stored()).toMatchObject({ status: 'failed', errorCode: 'call_failed' })
    expect(found.outside.hungUp).toEqual([`CA-${found.id}`])
    expect(await lost.stored()).toMatchObject({ status: 'failed', errorCode: 'dial_unknown' })
    expect([await found.balance(), await lost.balance()]).toEqual([5, 5])
  })

  it('ends as it was decided to end before its credit was settled, although nothing else says so', async () => {
    const call = await open('closed')
    await place(call)
    await call.talk([{ role: 'callee', text: 'That is fine.' }])
    await call.endByHost('agent_ended')
    // Terminated by hand in the middle of `finish`.
    await runner.calls.decideEnding(call.id, { status: 'completed', errorCode: 'analysis_failed' })
    await runner.credits.capture((await call.stored()).accountId, call.id)
    await run.reconcile()
    expect(await call.stored()).toMatchObject({ status: 'completed', errorCode: 'analysis_failed' })
    expect([await call.balance(), (await call.account()).captured]).toEqual([4, 1])
  })

  it('is canceled if the client has canceled it, and costs its credit if it was answered', async () => {
    const [ringing, talking] = [await open('closed'), await open('none')]
    await place(ringing)
    await place(talking)
    await talking.talk([{ role: 'callee', text: 'Hello?' }])
    for (const { id } of [ringing, talking]) await runner.calls.requestCancel(id, new Date())
    await run.reconcile()
    expect(await ringing.stored()).toMatchObject({ status: 'canceled', errorCode: null })
    expect(await talking.stored()).toMatchObject({ status: 'canceled', turns: [{ text: 'Hello?' }] })
    expect([await ringing.balance(), await talking.balance()]).toEqual([5, 4])
  })

  it('ends although the carrier is away', async () => {
    const call = await open('none')
    await place(call)
    call.outside.isAway = true
    await run.reconcile()
    expect(await call.stored()).toMatchObject({ status: 'failed', errorCode: 'call_failed' })
  })
})
