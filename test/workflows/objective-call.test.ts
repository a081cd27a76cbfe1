import { ApplicationFailure } from '@temporalio/common'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { TIMEOUTS } from '../../src/timeouts.ts'
import { SIGNALS } from '../../workflows/contract.ts'
import type { LegView } from '../../workflows/contract.ts'
import { createCallRunner } from './call-run.ts'
import type { CallRun, CallRunner } from './call-run.ts'

let runner: CallRunner
beforeAll(async () => {
  runner = await createCallRunner()
})
afterAll(async () => await runner.close())

const refusal = () => Promise.reject(ApplicationFailure.nonRetryable('refused', 'model_unavailable'))
const fault = () => Promise.reject(ApplicationFailure.create({ message: 'fault', nonRetryable: false }))
const CALL_FAILED = { status: 'failed', errorCode: 'call_failed' }

describe.concurrent('a happy call', () => {
  it('reads the website, prepares the media, dials, talks, judges and finishes, in this order', async () => {
    const call = await runner.start({}, { hasWebsite: true })
    await call.answer()
    call.part(1).resolve({ kind: 'ended' })
    await call.legEnds('completed')
    expect(await call.finished()).toEqual({
      ending: { status: 'completed' },
      ran: ['openCall', 'readWebsite', 'converse', 'placeCall', 'conclude', 'finish'],
    })
  })

  it('costs at most 13 billable actions', async () => {
    const call = await runner.start({}, { hasWebsite: true })
    await call.answer()
    call.part(1).resolve({ kind: 'ended' })
    await call.reached('conclude')
    await call.legEnds('completed')
    await call.finished()
    const { events } = await call.handle.fetchHistory()
    const actions = events?.filter(
      event =>
        event.workflowExecutionStartedEventAttributes ??
        event.activityTaskScheduledEventAttributes ??
        event.timerStartedEventAttributes ??
        event.workflowExecutionSignaledEventAttributes ??
        event.markerRecordedEventAttributes ??
        event.upsertWorkflowSearchAttributesEventAttributes,
    )
    expect(actions?.length).toBeLessThanOrEqual(13)
  })

  it('tells operators what it is doing, on which host, and how it ended', async () => {
    const call = await runner.start()
    await call.answer()
    expect(await call.status()).toMatchObject({ phase: 'talking', generation: 1, host: 'host-1', errorCode: null })
    call.part(1).resolve({ kind: 'ended' })
    await call.legEnds('completed')
    await call.finished()
    expect(await call.status()).toMatchObject({ phase: 'finished' })
    const { typedSearchAttributes } = await call.handle.describe()
    expect(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value])).toEqual(
      expect.arrayContaining([
        ['CallStatus', 'completed'],
        ['Outcome', 'achieved'],
      ]),
    )
  })

  it('loses its context and nothing else when the website cannot be read', async () => {
    const call = await runner.start({ readWebsite: refusal }, { hasWebsite: true })
    await call.answer()
    call.part(1).resolve({ kind: 'ended' })
    await call.legEnds('completed')
    expect((await call.finished()).ending).toEqual({ status: 'completed' })
  })

  it('is over when the callee hangs up, whether or not the host stores its last words', async () => {
    const call = await runner.start({}, { limits: { sealSeconds: 0.1 } })
    await call.answer()
    await call.legEnds('completed')
    expect((await call.finished()).ending).toEqual({ status: 'completed' })
  })
})

it.concurrent('does nothing for a call that is not open', async () => {
  const call = await runner.start({ openCall: async () => ({ kind: 'closed' }) })
  expect(await call.finished()).toEqual({ ending: null, ran: ['openCall'] })
})

it.concurrent('tries to finish until it has', async () => {
  let tries = 0
  const call = await runner.start({
    placeCall: async () => ({ kind: 'refused' }),
    finish: async ({ ending }) => (++tries < 2 ? await fault() : { status: ending.status, outcome: null }),
  })
  expect((await call.finished()).ending).toEqual(CALL_FAILED)
  expect(tries).toBe(2)
})

describe.concurrent('a call outside of calling hours', () => {
  const waiting = (...waits: number[]) => ({
    openCall: async () => {
      const waitSeconds = waits.shift()
      return { kind: 'open' as const, ...(waitSeconds !== undefined && { waitSeconds }) }
    },
  })

  it('waits, asks whether its time has come, and goes on when it has', async () => {
    const call = await runner.start(waiting(0.1, 0.1), { hasWebsite: true })
    await call.answer()
    call.part(1).resolve({ kind: 'ended' })
    await call.legEnds('completed')
    expect(await call.finished()).toEqual({
      ending: { status: 'completed' },
      ran: ['openCall', 'openCall', 'openCall', 'readWebsite', 'converse', 'placeCall', 'conclude', 'finish'],
    })
  })

  it.each([
    ['by its client', async (call: CallRun) => await call.signal(SIGNALS.cancelRequested)],
    ['by hand', async (call: CallRun) => await call.cancelByHand()],
  ])('is over at once when it is canceled %s', async (_by, cancel) => {
    const call = await runner.start(waiting(50_000), { hasWebsite: true })
    await call.until(view => view.phase === 'waiting')
    await cancel(call)
    expect(await call.finished()).toEqual({ ending: { status: 'canceled' }, ran: ['openCall', 'finish'] })
  })

  it('is closed when it was ended otherwise while it waited', async () => {
    let asked = 0
    const call = await runner.start({
      openCall: async () => (asked++ === 0 ? { kind: 'open', waitSeconds: 0.1 } : { kind: 'closed' }),
    })
    expect(await call.finished()).toEqual({ ending: null, ran: ['openCall', 'openCall'] })
  })
})

describe.concurrent('a call that nobody answers', () => {
  it.each([
    ['busy', { status: 'failed', errorCode: 'busy' }],
    ['no_answer', { status: 'failed', errorCode: 'no_answer' }],
    ['failed', CALL_FAILED],
  ])('whose leg ends as %s is judged by nobody and hung up by nobody', async (ended, ending) => {
    const call = await runner.start()
    await call.reached('placeCall')
    await call.legEnds(ended)
    expect(await call.finished()).toEqual({ ending, ran: ['openCall', 'converse', 'placeCall', 'finish'] })
  })

  it.each(['refused', 'not_dialable'] as const)('because it was %s has failed', async kind => {
    const call = await runner.start({ placeCall: async () => ({ kind }) })
    expect((await call.finished()).ending).toEqual(CALL_FAILED)
  })

  it('is looked up when the carrier says nothing', async () => {
    const call = await runner.start(
      { lookUpLeg: async () => ({ kind: 'ended', ended: 'busy' }) },
      { limits: { carrierSilenceSeconds: 0.1 } },
    )
    expect((await call.finished()).ending).toEqual({ status: 'failed', errorCode: 'busy' })
  })

  it('is hung up when it rings for ever', async () => {
    const call = await runner.start(
      { lookUpLeg: async () => ({ kind: 'up', answered: false }) },
      { limits: { carrierSilenceSeconds: 0.1, dialUnknownSeconds: 0.3 } },
    )
    expect((await call.finished()).ending).toEqual({ status: 'failed', errorCode: 'no_answer' })
    expect(call.times('hangUp')).toBe(1)
  })
})

describe.concurrent('a dial whose answer is unknown', () => {
  it.each([
    ['because the carrier said so', async () => ({ kind: 'unknown' }) as const, 1],
    ['because no worker could tell', fault, 3],
  ])('%s is found at the carrier', async (_why, placeCall, tries) => {
    const views: LegView[] = [{ kind: 'unknown' }, { kind: 'up', answered: false }, { kind: 'up', answered: true }]
    const call = await runner.start(
      { placeCall, lookUpLeg: async () => views.shift()! },
      { limits: { carrierSilenceSeconds: 0.1 } },
    )
    await call.until(view => view.phase === 'talking')
    call.part(1).resolve({ kind: 'ended' })
    await call.legEnds('completed')
    expect((await call.finished()).ending).toEqual({ status: 'completed' })
    expect(call.times('placeCall')).toBe(tries)
    expect(call.times('lookUpLeg')).toBe(3)
  })

  it('and whose callback comes is known by that', async () => {
    const call = await runner.start({ placeCall: fault })
    await call.answer()
    call.part(1).resolve({ kind: 'ended' })
    await call.legEnds('completed')
    expect((await call.finished()).ending).toEqual({ status: 'completed' })
    expect(call.times('lookUpLeg')).toBe(0)
  })

  it('is given up after its time', async () => {
    const placeCall = async () => ({ kind: 'unknown' }) as const
    const call = await runner.start({ placeCall }, { limits: { dialUnknownSeconds: 0.4 } })
    expect((await call.finished()).ending).toEqual({ status: 'failed', errorCode: 'dial_unknown' })
    expect(call.times('placeCall')).toBe(1)
  })

  it('is waited for no longer once the carrier tells of the leg', async () => {
    const answer = Promise.withResolvers<{ kind: 'dialed' }>()
    const call = await runner.start({ placeCall: async () => await answer.promise })
    await call.answer()
    call.part(1).resolve({ kind: 'ended' })
    await call.legEnds('completed')
    expect((await call.finished()).ending).toEqual({ status: 'completed' })
    answer.resolve({ kind: 'dialed' })
  })
})

describe.concurrent('a call to a number whose last dial is not known yet', () => {
  const lockedFor = (times: number) => async () => ({ kind: times-- > 0 ? 'locked' : 'dialed' }) as const

  it('dials when that is known', async () => {
    const call = await runner.start({ placeCall: lockedFor(1) })
    await call.until(view => view.phase === 'dialing')
    while (call.times('placeCall') < 2) await call.status()
    await call.answer()
    call.part(1).resolve({ kind: 'ended' })
    await call.legEnds('completed')
    expect((await call.finished()).ending).toEqual({ status: 'completed' })
  })

  it('may be canceled meanwhile, and then dials nothing', async () => {
    const call = await runner.start({ placeCall: lockedFor(Infinity) })
    await call.reached('placeCall')
    await call.signal(SIGNALS.cancelRequested)
    expect((await call.finished()).ending).toEqual({ status: 'canceled' })
    expect(call.times('placeCall')).toBeLessThanOrEqual(2)
  })

  it('waits while dialing is paused, and may be canceled', async () => {
    const isPaused = true
    const call = await runner.start(
      { placeCall: async () => ({ kind: 'locked', isPaused }) },
      { limits: { dialUnknownSeconds: 0.001 } },
    )
    await call.reached('placeCall')
    expect(await call.status()).toMatchObject({ phase: 'dialing', errorCode: null })
    await call.signal(SIGNALS.cancelRequested)
    expect((await call.finished()).ending).toEqual({ status: 'canceled' })
  })

  it('fails when it is never known', async () => {
    const call = await runner.start({ placeCall: lockedFor(Infinity) }, { limits: { dialUnknownSeconds: 0.1 } })
    expect((await call.finished()).ending).toEqual(CALL_FAILED)
  })
})

describe.concurrent('a call without media', () => {
  it('rings nobody and fails when no host takes it in time', async () => {
    const call = await runner.start({}, { mode: 'live', limits: { mediaReadySeconds: 0.2 } })
    expect(await call.finished()).toEqual({ ending: CALL_FAILED, ran: ['openCall', 'finish'] })
  })

  it('rings nobody and fails when the model refuses', async () => {
    const call = await runner.start({ converse: refusal })
    expect(await call.finished()).toEqual({ ending: CALL_FAILED, ran: ['openCall', 'converse', 'finish'] })
  })

  it('is taken by the next host when one fails before it was ready', async () => {
    const call = await runner.start({
      converse: async ({ generation }) => {
        if (generation === 1) return await fault()
        await call.signal(SIGNALS.mediaReady, { generation, host: 'host-2' })
        return await call.part(generation).promise
      },
    })
    await call.answer()
    expect(await call.status()).toMatchObject({ generation: 2, host: 'host-2' })
    call.part(2).resolve({ kind: 'ended' })
    await call.legEnds('completed')
    expect((await call.finished()).ending).toEqual({ status: 'completed' })
  })
})

describe.concurrent('a conversation that loses its host', () => {
  it.each([
    ['the host says so', 'part'],
    ['the carrier asks what to do', 'signal'],
  ])('goes on as the next generation when %s', async (_why, by) => {
    const call = await runner.start()
    await call.answer()
    if (by === 'part') call.part(1).resolve({ kind: 'lost' })
    else await call.signal(SIGNALS.streamLost, { generation: 1 })
    await call.until(view => view.generation === 2 && view.host === 'host-2')
    await call.signal(SIGNALS.streamLost, { generation: 1 })
    call.part(2).resolve({ kind: 'ended' })
    await call.legEnds('completed')
    expect((await call.finished()).ending).toEqual({ status: 'completed' })
    expect(call.times('converse')).toBe(2)
  })

  it('is not moved on a suspicion: the leg tells how it goes on', async () => {
    const views: LegView[] = [
      { kind: 'up', answered: true },
      { kind: 'ended', ended: 'completed' },
    ]
    const call = await runner.start(
      { lookUpLeg: async () => views.shift()! },
      { limits: { carrierSilenceSeconds: 0.1, sealSeconds: 0.1 } },
    )
    await call.answer()
    call.part(1).reject(ApplicationFailure.create({ message: 'no heartbeat', nonRetryable: false }))
    expect((await call.finished()).ending).toEqual({ status: 'completed' })
    expect(call.times('converse')).toBe(1)
  })

  it('fails and is hung up when no host can hold it', async () => {
    const call = await runner.start(
      {
        converse: async ({ generation }) => {
          if (generation > 1) return await refusal()
          await call.signal(SIGNALS.mediaReady, { generation, host: 'host-1' })
          return await call.part(generation).promise
        },
        conclude: async () => ({ kind: 'broken' }),
      },
      { limits: { hangUpSeconds: 0.1 } },
    )
    await call.answer()
    call.part(1).resolve({ kind: 'lost' })
    const { ending, ran } = await call.finished()
    expect(ending).toEqual(CALL_FAILED)
    expect(ran).toEqual(expect.arrayContaining(['endConversation', 'conclude', 'hangUp']))
  })
})

describe.concurrent('the end of a conversation', () => {
  it('is followed by a hang-up when the carrier does not say its last word', async () => {
    const call = await runner.start({}, { limits: { hangUpSeconds: 0.1 } })
    await call.answer()
    call.part(1).resolve({ kind: 'ended' })
    expect((await call.finished()).ending).toEqual({ status: 'completed' })
    expect(call.times('hangUp')).toBe(1)
  })

  it('waits out five minutes in which nobody can judge it', async () => {
    let tries = 0
    const call = await runner.start(
      { conclude: async () => (++tries === 1 ? await fault() : { kind: 'concluded' }) },
      { limits: { concludeSeconds: TIMEOUTS.concludeMs / 1000 } },
    )
    await call.answer()
    call.part(1).resolve({ kind: 'ended' })
    await call.legEnds('completed')
    expect((await call.finished()).ending).toEqual({ status: 'completed' })
    expect(tries).toBe(2)
    // An outage in real time would be five minutes of test: what the server does for so long is in the history.
    const { events } = await call.handle.fetchHistory()
    const [scheduled] = (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: activity }) =>
      activity?.activityType?.name === 'conclude' ? [activity] : [],
    )
    const { retryPolicy, scheduleToCloseTimeout } = scheduled!
    expect(retryPolicy).toMatchObject({ maximumAttempts: 0 })
    const [between, within] = [retryPolicy!.maximumInterval, scheduleToCloseTimeout].map(one =>
      Number(one?.seconds),
    )
    expect(between! + 5 * 60).toBeLessThan(within!)
  })

  it('counts without its analysis when that cannot be made in time', async () => {
    const call = await runner.start({ conclude: fault }, { limits: { concludeSeconds: 0.2 } })
    await call.answer()
    call.part(1).resolve({ kind: 'ended' })
    await call.legEnds('completed')
    expect((await call.finished()).ending).toEqual({ status: 'completed', errorCode: 'analysis_failed' })
  })
})

describe.concurrent('a canceled call', () => {
  it('does not dial while it waits for media', async () => {
    const call = await runner.start({ converse: async ({ generation }) => await call.part(generation).promise })
    await call.reached('converse')
    await call.signal(SIGNALS.cancelRequested)
    expect(await call.finished()).toEqual({
      ending: { status: 'canceled' },
      ran: ['openCall', 'converse', 'finish'],
    })
  })

  it('is hung up while it rings', async () => {
    const call = await runner.start()
    await call.reached('placeCall')
    await call.signal(SIGNALS.cancelRequested)
    expect((await call.finished()).ending).toEqual({ status: 'canceled' })
    expect(call.times('hangUp')).toBe(1)
  })

  it('says goodbye in its conversation, which is judged by nobody', async () => {
    const call = await runner.start({
      requestGoodbye: async () => {
        call.part(1).resolve({ kind: 'ended' })
        await call.legEnds('completed')
      },
    })
    await call.answer()
    await call.signal(SIGNALS.cancelRequested)
    expect((await call.finished()).ending).toEqual({ status: 'canceled' })
    expect([call.times('endConversation'), call.times('conclude')]).toEqual([0, 0])
  })

  it('ends its conversation itself when the goodbye is not said in time', async () => {
    const call = await runner.start(
      {
        endConversation: async () => {
          call.part(1).resolve({ kind: 'ended' })
          await call.legEnds('completed')
        },
      },
      { limits: { goodbyeSeconds: 0.1 } },
    )
    await call.answer()
    await call.signal(SIGNALS.cancelRequested)
    expect((await call.finished()).ending).toEqual({ status: 'canceled' })
    expect([call.times('requestGoodbye'), call.times('endConversation')]).toEqual([1, 1])
  })

  it('was canceled before it had a workflow, and then does nothing', async () => {
    const call = await runner.start(
      { openCall: async () => ({ kind: 'open', canceled: true }) },
      { hasWebsite: false },
    )
    expect(await call.finished()).toEqual({ ending: { status: 'canceled' }, ran: ['openCall', 'finish'] })
  })

  it('does not wait for the website', async () => {
    const read = Promise.withResolvers<{ kind: 'read' }>()
    const call = await runner.start({ readWebsite: async () => await read.promise }, { hasWebsite: true })
    await call.reached('readWebsite')
    await call.signal(SIGNALS.cancelRequested)
    expect(await call.finished()).toEqual({
      ending: { status: 'canceled' },
      ran: ['openCall', 'readWebsite', 'finish'],
    })
    read.resolve({ kind: 'read' })
  })

  it('is judged by nobody when it was canceled just before the judgement', async () => {
    const call = await runner.start({ conclude: async () => ({ kind: 'canceled' }) })
    await call.answer()
    call.part(1).resolve({ kind: 'ended' })
    await call.legEnds('completed')
    expect((await call.finished()).ending).toEqual({ status: 'canceled' })
  })

  it('may be canceled by hand in the engine, and ends in order', async () => {
    const call = await runner.start()
    await call.reached('placeCall')
    await call.cancelByHand()
    expect((await call.finished()).ending).toEqual({ status: 'canceled' })
    expect(call.times('hangUp')).toBe(1)
  })
})
