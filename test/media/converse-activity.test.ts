import { ApplicationFailure } from '@temporalio/common'
import { MockActivityEnvironment } from '@temporalio/testing'
import { expect, test } from 'vitest'

import { createConverseActivity } from '../../activities/converse.ts'
import type { MediaHost } from '../../src/media/host.ts'

const INPUT = { callId: 'cl_1', generation: 1 }

/** Runs the activity over a host that converses until it is released or told to `finish`. */
const run = () => {
  const finished = Promise.withResolvers<Awaited<ReturnType<MediaHost['converse']>>>()
  const environment = new MockActivityEnvironment()
  const { converse } = createConverseActivity({
    converse: async (_, released) => {
      released.addEventListener('abort', () => finished.resolve({ kind: 'never_started' }))
      return await finished.promise
    },
  })
  const result: Promise<unknown> = environment.run(converse, INPUT)
  return { environment, result, finish: finished.resolve }
}

test('a host that refuses for good is not asked again', async () => {
  const { result, finish } = run()
  finish({ kind: 'refused', code: 'model_unavailable', message: 'the model answered 401' })
  const failure = await result.catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(ApplicationFailure)
  expect(failure).toMatchObject({ type: 'model_unavailable', nonRetryable: true })
})

test('a cancellation lets the conversation go', async () => {
  const { environment, result } = run()
  environment.cancel('CANCELLED')
  expect(await result).toEqual({ kind: 'never_started' })
})

test.each(['TIMED_OUT', 'NOT_FOUND'] as const)(
  '%s is only a suspicion: the conversation goes on',
  async reason => {
    const { environment, result, finish } = run()
    environment.cancel(reason)
    await new Promise(setImmediate)
    finish({ kind: 'ended' })
    expect(await result).toEqual({ kind: 'ended' })
  },
)
