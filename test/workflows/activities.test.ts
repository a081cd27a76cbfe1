import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'

import { createActivityRunner } from './activity-run.ts'
import type { ActivityRunner } from './activity-run.ts'

let runner: ActivityRunner
beforeAll(async () => {
  runner = await createActivityRunner()
})
afterAll(async () => await runner.close())

const place = (call: Awaited<ReturnType<ActivityRunner['open']>>) =>
  call.activities.placeCall({ callId: call.id, ringSeconds: 45 })

const SAID = [
  { role: 'agent', text: 'Hello, a table for two, please.' },
  { role: 'callee', text: 'That is fine.' },
] as const

describe('openCall', () => {
  it('opens a queued call, also when it is asked again', async () => {
    const call = await runner.open()
    expect(await call.activities.openCall(call.id)).toEqual({ kind: 'open' })
  })

  it('tells of a client that has canceled the call before it had a workflow', async () => {
    const call = await runner.open()
    await runner.calls.requestCancel(call.id, new Date())
    expect(await call.activities.openCall(call.id)).toEqual({ kind: 'open', canceled: true })
  })

  it('refuses one that has gone further, and one that does not exist', async () => {
    const call = await runner.open()
    await place(call)
    expect(await call.activities.openCall(call.id)).toEqual({ kind: 'closed' })
    expect(await call.activities.openCall('cl_none')).toEqual({ kind: 'closed' })
  })
})

it('readWebsite keeps what was read with the call', async () => {
  const call = await runner.open({ website: 'https://nopa.example' })
  expect(await call.readWebsite()).toEqual({ kind: 'read' })
  expect((await call.stored()).context).toMatchObject({ kind: 'read', title: 'Nopa', text: 'Open daily' })
})

describe('placeCall', () => {
  it('dials, binds the leg, and moves the call to dialing', async () => {
    const call = await runner.open({ toPhoneNumber: '+14155550100', maxDurationSeconds: 300 })
    expect(await place(call)).toEqual({ kind: 'dialed' })
    expect(await call.stored()).toMatchObject({ status: 'dialing', legId: 'CA1', dial: { state: 'submitted' } })
    expect(call.outside.dialed).toMatchObject([{ to: '+14155550100', ringSeconds: 45, timeLimitSeconds: 360 }])
  })

  it('dials once, however often and by however many it is run', async () => {
    const call = await runner.open()
    const results = await Promise.all(Array.from({ length: 8 }, () => place(call)))
    expect(call.outside.dialed).toHaveLength(1)
    expect(results.filter(({ kind }) => kind === 'dialed').length).toBeGreaterThanOrEqual(1)
    expect(results.every(({ kind }) => kind === 'dialed' || kind === 'unknown')).toBe(true)
  })

  it('keeps the reason of a refusal for the client', async () => {
    const call = await runner.open()
    call.outside.dialOutcome = { kind: 'refused', carrierCode: '21211', message: 'Invalid To number' }
    expect(await place(call)).toEqual({ kind: 'refused' })
    await call.activities.finish({ callId: call.id, ending: { status: 'failed', errorCode: 'call_failed' } })
    expect(await call.stored()).toMatchObject({ status: 'failed', errorCode: 'call_failed', turns: [] })
    expect((await call.stored()).errorMessage).toContain('21211')
  })

  it('does not dial a number that was put on the do-not-call list meanwhile, and says so', async () => {
    const call = await runner.open()
    const { accountId, request } = await call.stored()
    await runner.doNotCall.add({ accountId, mode: 'test' }, request.toPhoneNumber, null)
    expect(await place(call)).toEqual({ kind: 'refused' })
    await call.activities.finish({ callId: call.id, ending: { status: 'failed', errorCode: 'call_failed' } })
    expect(call.outside.dialed).toEqual([])
    expect(await call.stored()).toMatchObject({
      status: 'failed',
      errorCode: 'call_failed',
      errorMessage: expect.stringContaining('do-not-call list before it was dialled'),
    })
    expect(await call.balance()).toBe(5)
  })

  it('dials nothing for a call that was canceled or has ended', async () => {
    const call = await runner.open()
    await runner.calls.advance(call.id, 'canceled')
    expect(await place(call)).toEqual({ kind: 'not_dialable' })
    expect(call.outside.dialed).toEqual([])
  })

  it('may dial later when its time had passed before anything was sent', async () => {
    const call = await runner.open()
    call.outside.dialOutcome = { kind: 'too_late' }
    expect(await place(call)).toEqual({ kind: 'locked' })
    expect(await call.stored()).toMatchObject({ status: 'queued', dial: null })
    call.outside.dialOutcome = { kind: 'dialed', legId: 'CA-later' }
    expect(await place(call)).toEqual({ kind: 'dialed' })
  })

  it('knows a dial whose answer was lost by the callback that came first', async () => {
    const call = await runner.open()
    call.outside.dialOutcome = { kind: 'unknown', message: 'reset' }
    call.outside.whileDialing = async () => void (await runner.calls.bindLeg(call.id, 'CA7'))
    expect(await place(call)).toEqual({ kind: 'dialed' })
  })

  it('hangs up a leg that another one has come before, or whose call has ended meanwhile', async () => {
    const second = await runner.open()
    second.outside.whileDialing = async () => void (await runner.calls.bindLeg(second.id, 'CA7'))
    expect(await place(second)).toEqual({ kind: 'not_dialable' })
    const late = await runner.open()
    late.outside.whileDialing = async () => void (await runner.calls.advance(late.id, 'failed'))
    expect(await place(late)).toEqual({ kind: 'not_dialable' })
    expect([second.outside.hungUp, late.outside.hungUp]).toEqual([['CA1'], ['CA1']])
  })
})

describe('the lock of a number', () => {
  const toPhoneNumber = '+14155559000'
  const first = async (number = toPhoneNumber) => {
    const call = await runner.open({ toPhoneNumber: number })
    call.outside.dialOutcome = { kind: 'unknown', message: 'reset' }
    expect(await place(call)).toEqual({ kind: 'unknown' })
    return call
  }

  it('keeps other calls from dialling it while the answer to a dial is not known', async () => {
    const unknown = await first()
    const second = await runner.open({ toPhoneNumber })
    expect(await place(second)).toEqual({ kind: 'locked' })
    expect([second.outside.dialed, (await second.stored()).dial]).toEqual([[], null])
    expect(await place(await runner.open())).toEqual({ kind: 'dialed' })

    await runner.calls.bindLeg(unknown.id, 'CA-first')
    expect(await place(second)).toEqual({ kind: 'dialed' })
    expect(await place(await runner.open({ toPhoneNumber }))).toEqual({ kind: 'dialed' })
  })

  it('is taken over from a call that has ended, and from one that is gone', async () => {
    const number = '+14155559001'
    const ended = await first(number)
    await runner.calls.advance(ended.id, 'failed')
    expect(await place(await runner.open({ toPhoneNumber: number }))).toEqual({ kind: 'dialed' })
    await runner.locks.insert({ _id: `test:${number}`, callId: 'cl_gone', expiresAt: new Date(Date.now() + 1e6) })
    expect(await place(await runner.open({ toPhoneNumber: number }))).toEqual({ kind: 'dialed' })
  })

  it('ends by itself, and is had by one call alone', async () => {
    const number = '+14155559002'
    const unknown = await first(number)
    const lock = (await runner.locks.find(`test:${number}`))!
    await runner.locks.replace(lock, { ...lock, expiresAt: new Date(Date.now() - 1) })
    const others = await Promise.all([1, 2, 3].map(() => runner.open({ toPhoneNumber: number })))
    for (const other of others) other.outside.dialOutcome = { kind: 'unknown', message: 'reset' }
    const placed = await Promise.all(others.map(place))
    expect(placed.map(({ kind }) => kind).toSorted()).toEqual(['locked', 'locked', 'unknown'])
    expect((await unknown.stored()).dial?.state).toBe('unknown')
  })

  it('is not in the way of the call that holds it', async () => {
    const call = await first('+14155559003')
    expect(await place(call)).toEqual({ kind: 'unknown' })
    expect(call.outside.dialed).toHaveLength(1)
  })
})

describe('lookUpLeg', () => {
  const unknown = async () => {
    const call = await runner.open()
    call.outside.dialOutcome = { kind: 'unknown', message: 'reset' }
    await place(call)
    return call
  }

  it('finds the leg of an unknown dial when exactly one is left that is no other call’s', async () => {
    const other = await runner.open()
    other.outside.dialOutcome = { kind: 'dialed', legId: 'CA-others' }
    await place(other)
    const call = await unknown()
    call.outside.legs = [
      { legId: 'CA-others', state: 'completed' },
      { legId: 'CA-mine', state: 'in_progress' },
    ]
    expect(await call.activities.lookUpLeg(call.id)).toEqual({ kind: 'up', answered: true })
    expect(await call.stored()).toMatchObject({ legId: 'CA-mine', status: 'in_progress' })
  })

  it('stays unknown when none or several could be it', async () => {
    const call = await unknown()
    expect(await call.activities.lookUpLeg(call.id)).toEqual({ kind: 'unknown' })
    call.outside.legs = [
      { legId: 'CA-one', state: 'ringing' },
      { legId: 'CA-two', state: 'ringing' },
    ]
    expect(await call.activities.lookUpLeg(call.id)).toEqual({ kind: 'unknown' })
    expect((await call.stored()).legId).toBeNull()
  })

  it('takes no leg that may be of the call that has the number’s lock by now', async () => {
    const toPhoneNumber = '+14155559003'
    const late = await runner.open({ toPhoneNumber })
    late.outside.dialOutcome = { kind: 'unknown', message: 'reset' }
    await place(late)
    const lock = (await runner.locks.find(`test:${toPhoneNumber}`))!
    await runner.locks.replace(lock, { ...lock, expiresAt: new Date(Date.now() - 1) })
    const next = await runner.open({ toPhoneNumber })
    next.outside.dialOutcome = { kind: 'unknown', message: 'reset' }
    await place(next)
    for (const call of [late, next]) call.outside.legs = [{ legId: 'CA-next', state: 'ringing' }]
    expect(await late.activities.lookUpLeg(late.id)).toEqual({ kind: 'unknown' })
    expect(await next.activities.lookUpLeg(next.id)).toEqual({ kind: 'up', answered: false })
  })

  it('notes how the leg ended, as a callback would', async () => {
    const call = await runner.open()
    await place(call)
    call.outside.legs = [{ legId: 'CA1', state: 'completed' }]
    expect(await call.activities.lookUpLeg(call.id)).toEqual({ kind: 'ended', ended: 'completed' })
    expect(await call.stored()).toMatchObject({ status: 'in_progress', leg: { ended: 'completed' } })
    expect((await call.conversation()).ended).toMatchObject({ by: 'carrier', reason: 'callee_hung_up' })
  })
})

it('redirectLeg takes the leg from the generation that holds the conversation, and from no other', async () => {
  const call = await runner.open()
  await place(call)
  await call.talk([])
  const redirect = (generation: number) => call.activities.redirectLeg({ callId: call.id, generation })
  expect(await redirect(2)).toEqual({ kind: 'not_held' })
  expect(await redirect(1)).toEqual({ kind: 'redirected' })
  expect(await call.conversation()).toMatchObject({ moving: 1 })
  await call.endByHost('agent_ended')
  expect((await call.conversation()).ended).toBeNull()
  call.outside.isUp = false
  expect(await redirect(1)).toEqual({ kind: 'not_held' })
  expect(call.outside.redirected.map(({ after }) => after)).toEqual([1, 1])
})

it('hangUp ends the leg that is known, and nothing when none is', async () => {
  const call = await runner.open()
  await call.activities.hangUp(call.id)
  await place(call)
  await call.activities.hangUp(call.id)
  expect(call.outside.hungUp).toEqual(['CA1'])
})

describe('conclude', () => {
  it('judges the transcript, and shows the end while the call is still in progress', async () => {
    const call = await runner.open({ businessName: 'Nopa' })
    await place(call)
    await call.talk([...SAID])
    await call.endByHost('agent_ended')
    expect(await call.conclude()).toEqual({ kind: 'concluded' })
    expect(call.outside.analysed).toEqual([
      {
        objective: 'Book a table',
        businessName: 'Nopa',
        transcript: 'Agent: Hello, a table for two, please.\nCallee: That is fine.',
      },
    ])
    expect(await call.stored()).toMatchObject({ status: 'in_progress', outcome: 'achieved', durationSeconds: 12 })
    expect((await call.stored()).endedAt).toBeInstanceOf(Date)
  })

  it('asks the model once, although its answer is lost', async () => {
    const call = await runner.open()
    await call.talk([...SAID])
    await call.endByHost('agent_ended')
    await call.conclude()
    await call.conclude()
    expect(call.outside.analysed).toHaveLength(1)
  })

  it.each([[[]], [[{ role: 'agent', text: 'Hello?' }] as const], [[{ role: 'callee', text: '…' }] as const]])(
    'asks the model nothing when the callee said nothing: %j',
    async turns => {
      const call = await runner.open()
      await call.talk([...turns])
      await call.endByHost('silence')
      expect(await call.conclude()).toEqual({ kind: 'concluded' })
      expect(await call.stored()).toMatchObject({ outcome: 'not_achieved' })
      expect(call.outside.analysed).toEqual([])
    },
  )

  it.each(['model_lost', 'media_lost'] as const)('judges nothing that our side broke: %s', async reason => {
    const call = await runner.open()
    await call.talk([...SAID])
    await call.endByHost(reason)
    expect(await call.conclude()).toEqual({ kind: 'broken' })
    expect(await call.stored()).toMatchObject({ outcome: null })
  })

  it('judges nothing of a call that was canceled just before, and leaves its end to finish', async () => {
    const call = await runner.open()
    await place(call)
    await call.talk([...SAID])
    await runner.calls.requestCancel(call.id, new Date())
    await call.endByHost('agent_ended')
    expect(await call.conclude()).toEqual({ kind: 'canceled' })
    expect(call.outside.analysed).toEqual([])
    expect(await call.stored()).toMatchObject({ outcome: null, endedAt: null })
  })

  it('waits for the last words of a host that lives, though it could not reach the store', async () => {
    const server = createServer((_, response) => response.end('{}'))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const call = await runner.open()
    await call.talk([...SAID])
    const renewedAt = new Date(Date.now() - 20_000)
    const url = `ws://127.0.0.1:${port}/streams`
    await runner.hosts.renew({ _id: 'host-1', url, mode: 'test', slots: 1, live: 1, renewedAt })
    await runner.conversations.end(call.id, { by: 'carrier', reason: 'callee_hung_up', at: new Date() })
    await expect(call.conclude()).rejects.toThrow('last words')
    expect(await call.conversation()).toMatchObject({ sealed: null })
    await runner.conversations.seal(call.id, 1, new Date(), { mediaMs: 2000, answeredBy: null })
    expect(await call.conclude()).toEqual({ kind: 'concluded' })
  })

  it('tells a callee who hung up from a carrier that ended the call of a host that died', async () => {
    const hostOf = async (renewedAt: Date) => {
      const call = await runner.open()
      await call.talk([...SAID])
      const lease = { _id: 'host-1', url: 'ws://host-1', mode: 'test', slots: 1, live: 1, renewedAt } as const
      await runner.hosts.renew(lease)
      await runner.conversations.end(call.id, { by: 'carrier', reason: 'callee_hung_up', at: new Date() })
      return call
    }
    expect(await (await hostOf(new Date(Date.now() - 1000))).conclude()).toEqual({ kind: 'broken' })
    expect(await (await hostOf(new Date(Date.now() + 1000))).conclude()).toEqual({ kind: 'concluded' })
  })
})

describe('finish', () => {
  it('keeps what was said and settles the credit, however often it is run', async () => {
    const call = await runner.open()
    await place(call)
    await call.talk([...SAID])
    await call.endByHost('agent_ended')
    await call.conclude()
    const finish = () => call.activities.finish({ callId: call.id, ending: { status: 'completed' } })
    const finished = { status: 'completed', outcome: 'achieved', turns: SAID.length }
    expect([await finish(), await finish()]).toEqual([finished, finished])
    expect(await call.stored()).toMatchObject({ status: 'completed', durationSeconds: 12, errorCode: null })
    expect((await call.stored()).turns).toMatchObject(SAID)
    expect(await call.balance()).toBe(4)
  })

  it.each([
    [{ status: 'failed', errorCode: 'busy' }, 5],
    [{ status: 'failed', errorCode: 'no_answer' }, 5],
    [{ status: 'failed', errorCode: 'dial_unknown' }, 5],
    [{ status: 'failed', errorCode: 'call_failed' }, 5],
    [{ status: 'canceled' }, 5],
  ] as const)('before an answer, %j costs nothing', async (ending, balance) => {
    const call = await runner.open()
    await place(call)
    await call.activities.finish({ callId: call.id, ending })
    expect(await call.stored()).toMatchObject({ ...ending, startedAt: null, durationSeconds: null })
    expect(await call.balance()).toBe(balance)
  })

  it.each([
    [{ status: 'completed', errorCode: 'analysis_failed' }, 4],
    [{ status: 'canceled' }, 4],
    [{ status: 'failed', errorCode: 'call_failed' }, 5],
  ] as const)('after an answer, %j leaves a balance of %i and what was said', async (ending, balance) => {
    const call = await runner.open()
    await place(call)
    await call.talk([...SAID])
    await call.activities.finish({ callId: call.id, ending })
    expect(await call.stored()).toMatchObject({ ...ending, outcome: null, turns: SAID, durationSeconds: 12 })
    expect(await call.balance()).toBe(balance)
  })

  it('ends the conversation for a host that still waits for its stream', async () => {
    const call = await runner.open()
    await call.activities.finish({ callId: call.id, ending: { status: 'failed', errorCode: 'busy' } })
    const { ended, sealed } = await call.conversation()
    expect([ended?.reason, sealed]).toEqual(['not_answered', expect.any(Date)])
  })

  it('ends a call that was canceled before as canceled, whatever the story says', async () => {
    const [unanswered, answered] = [await runner.open(), await runner.open()]
    for (const call of [unanswered, answered]) await place(call)
    await answered.talk([...SAID])
    for (const { id } of [unanswered, answered]) await runner.calls.requestCancel(id, new Date())
    const ending = { status: 'failed', errorCode: 'call_failed' } as const
    for (const call of [unanswered, answered])
      expect(await call.activities.finish({ callId: call.id, ending })).toMatchObject({ status: 'canceled' })
    expect(await unanswered.stored()).toMatchObject({ status: 'canceled', errorCode: null, startedAt: null })
    expect(await answered.stored()).toMatchObject({ status: 'canceled', errorCode: null, turns: SAID })
    expect([await unanswered.balance(), await answered.balance()]).toEqual([5, 4])
  })

  it('follows what was decided before, also in its second attempt', async () => {
    const call = await runner.open()
    await runner.calls.decideEnding(call.id, { status: 'failed', errorCode: 'busy' })
    await call.activities.finish({ callId: call.id, ending: { status: 'completed' } })
    expect(await call.stored()).toMatchObject({ status: 'failed', errorCode: 'busy' })
    expect(await call.balance()).toBe(5)
  })

  it('does not change a call that has ended otherwise', async () => {
    const call = await runner.open()
    await runner.calls.advance(call.id, 'canceled')
    const finished = await call.activities.finish({ callId: call.id, ending: { status: 'completed' } })
    expect(finished).toEqual({ status: 'canceled', outcome: null, turns: 0 })
    expect(await call.balance()).toBe(5)
  })
})

describe('a callee who asked not to be called again', () => {
  const asked = async () => {
    const call = await runner.open()
    await place(call)
    await call.talk([...SAID])
    await runner.conversations.noteDoNotCall(call.id, 1, new Date())
    return call
  }
  const entryOf = async (call: Awaited<ReturnType<typeof asked>>) => {
    const { accountId } = await call.stored()
    const { entries } = await runner.doNotCall.list({ accountId, mode: 'test' }, { limit: 10 })
    return entries
  }

  it('is on the list when the call is judged, once, and the outcome says so', async () => {
    const call = await asked()
    await call.endByHost('agent_ended')
    await call.conclude()
    await call.conclude()
    await call.activities.finish({ callId: call.id, ending: { status: 'completed' } })
    const { request, outcomeDetails } = await call.stored()
    expect(await entryOf(call)).toMatchObject([
      {
        toPhoneNumber: request.toPhoneNumber,
        callId: call.id,
        reason: 'The callee asked not to be called again.',
      },
    ])
    expect(outcomeDetails).toBe(
      'Booked. The callee asked not to be called again. The number is on your do-not-call list now.',
    )
  })

  it('is on the list before the analysis is made', async () => {
    const call = await asked()
    await call.endByHost('agent_ended')
    call.outside.whileAnalysing = async () => {
      expect(await entryOf(call)).toHaveLength(1)
    }
    expect(await call.conclude()).toEqual({ kind: 'concluded' })
    expect(call.outside.analysed).toHaveLength(1)
  })

  it('is on the list also when the call was never judged', async () => {
    const call = await asked()
    await call.activities.finish({ callId: call.id, ending: { status: 'failed', errorCode: 'call_failed' } })
    expect(await entryOf(call)).toHaveLength(1)
  })

  it('is not noted by a host that does not hold the conversation, or not any more', async () => {
    const call = await runner.open()
    await place(call)
    await call.talk([...SAID])
    expect(await runner.conversations.noteDoNotCall(call.id, 2, new Date())).toBe(false)
    await call.endByHost('agent_ended')
    expect(await runner.conversations.noteDoNotCall(call.id, 1, new Date())).toBe(false)
    await call.activities.finish({ callId: call.id, ending: { status: 'completed' } })
    expect(await entryOf(call)).toEqual([])
  })
})
