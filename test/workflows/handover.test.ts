import { ApplicationFailure } from '@temporalio/common'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { SIGNALS } from '../../workflows/contract.ts'
import { createCallRunner } from './call-run.ts'
import type { CallRunner } from './call-run.ts'

let runner: CallRunner
beforeAll(async () => {
  runner = await createCallRunner()
})
afterAll(async () => await runner.close())

const refusal = () => Promise.reject(ApplicationFailure.nonRetryable('refused', 'model_unavailable'))
const fault = () => Promise.reject(ApplicationFailure.create({ message: 'fault', nonRetryable: false }))

describe.concurrent('a conversation whose host is silent', () => {
  it('is taken from it by the carrier once a successor is ready, not before', async () => {
    const isReady = Promise.withResolvers<void>()
    const call = await runner.start({
      converse: async ({ generation }) => {
        if (generation > 1) await isReady.promise
        await call.signal(SIGNALS.mediaReady, { generation, host: `host-${generation}` })
        return await call.part(generation).promise
      },
    })
    await call.answer()
    await call.signal(SIGNALS.hostLost, { generation: 1 })
    await call.until(view => view.generation >= 2)
    expect(await call.scheduled()).not.toContain('redirectLeg')
    isReady.resolve()
    await call.reached('redirectLeg')
    call.release()
    await call.legEnds('completed')
    expect((await call.finished()).ending).toEqual({ status: 'completed' })
    expect(call.times('redirectLeg')).toBe(1)
  })

  it('has another successor asked for beside one that was given to a frozen host', async () => {
    const call = await runner.start(
      {
        converse: async ({ generation }) => {
          if (generation !== 2) await call.signal(SIGNALS.mediaReady, { generation, host: `host-${generation}` })
          return await call.part(generation).promise
        },
      },
      { limits: { successorReadySeconds: 0.1 } },
    )
    await call.answer()
    await call.signal(SIGNALS.hostLost, { generation: 1 })
    await call.until(view => view.host === 'host-3')
    await call.reached('redirectLeg')
    call.release()
    await call.legEnds('completed')
    expect((await call.finished()).ending).toEqual({ status: 'completed' })
  })

  it('is prepared by another one when the first dies before it is ready', async () => {
    const call = await runner.start({
      converse: async ({ generation }) => {
        if (generation > 1) await call.signal(SIGNALS.mediaReady, { generation, host: `host-${generation}` })
        return await call.part(generation).promise
      },
    })
    await call.reached('converse')
    await call.signal(SIGNALS.hostLost, { generation: 1 })
    await call.answer()
    call.part(2).resolve({ kind: 'ended' })
    await call.legEnds('completed')
    expect((await call.finished()).ending).toEqual({ status: 'completed' })
    expect(call.times('redirectLeg')).toBeLessThanOrEqual(1)
    call.release()
  })

  it('may find the next one silent too', async () => {
    const call = await runner.start({}, { limits: { sealSeconds: 0.1 } })
    await call.answer()
    for (const generation of [1, 2]) {
      await call.signal(SIGNALS.hostLost, { generation })
      await call.until(() => call.times('redirectLeg') === generation)
    }
    call.part(3).resolve({ kind: 'ended' })
    await call.legEnds('completed')
    expect((await call.finished()).ending).toEqual({ status: 'completed' })
    expect(call.times('redirectLeg')).toBe(2)
  })

  it('ends with it when it wakes in time to end by itself', async () => {
    const call = await runner.start({ redirectLeg: async () => ({ kind: 'not_held' }) })
    await call.answer()
    await call.signal(SIGNALS.hostLost, { generation: 1 })
    await call.reached('redirectLeg')
    call.part(2).resolve({ kind: 'ended' })
    call.part(1).resolve({ kind: 'ended' })
    await call.legEnds('completed')
    expect((await call.finished()).ending).toEqual({ status: 'completed' })
    expect(call.times('converse')).toBe(2)
  })
})

describe.concurrent('a conversation whose host is told to stop', () => {
  it('has its successor ready while the host still talks', async () => {
    const call = await runner.start()
    await call.answer()
    await call.signal(SIGNALS.handoverRequested, { generation: 1 })
    await call.until(view => view.host === 'host-2')
    call.part(1).resolve({ kind: 'lost' })
    call.part(2).resolve({ kind: 'ended' })
    await call.legEnds('completed')
    const { ending, ran } = await call.finished()
    expect(ending).toEqual({ status: 'completed' })
    expect(ran.filter(name => name === 'converse' || name === 'redirectLeg')).toEqual(['converse', 'converse'])
  })

  it.each([
    ['refuses', refusal],
    ['fails', fault],
  ])('goes on there when its successor %s, and another one is asked for', async (_what, failing) => {
    const call = await runner.start({
      converse: async ({ generation }) => {
        if (generation === 2) return await failing()
        await call.signal(SIGNALS.mediaReady, { generation, host: `host-${generation}` })
        return await call.part(generation).promise
      },
    })
    await call.answer()
    await call.signal(SIGNALS.handoverRequested, { generation: 1 })
    await call.until(view => view.host === 'host-3')
    call.part(1).resolve({ kind: 'ended' })
    call.part(3).resolve({ kind: 'ended' })
    await call.legEnds('completed')
    expect((await call.finished()).ending).toEqual({ status: 'completed' })
    expect(call.times('endConversation')).toBe(0)
  })

  it('is not over when the successor sees the end before the host has stored its last words', async () => {
    const call = await runner.start()
    await call.answer()
    await call.signal(SIGNALS.handoverRequested, { generation: 1 })
    await call.until(view => view.host === 'host-2')
    call.part(2).resolve({ kind: 'ended' })
    await call.legEnds('completed')
    await call.until(view => view.phase === 'talking')
    expect(call.times('conclude')).toBe(0)
    call.part(1).resolve({ kind: 'ended' })
    expect((await call.finished()).ending).toEqual({ status: 'completed' })
  })
})
