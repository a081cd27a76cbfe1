import { afterAll, beforeAll, expect, it } from 'vitest'

import { newCall } from '../../src/calls/call.ts'
import { newCallId } from '../../src/ids.ts'
import { connectTemporal, createEngine, registerSearchAttributes } from '../../src/providers/temporal.ts'
import { TIMEOUTS } from '../../src/timeouts.ts'
import { createTestNamespace } from './engine.ts'
import type { TestNamespace } from './engine.ts'

let namespace: TestNamespace
beforeAll(async () => {
  namespace = await createTestNamespace()
})
afterAll(async () => await namespace.close())

const call = () =>
  newCall(
    newCallId(),
    'acc_1',
    'test',
    {
      toPhoneNumber: '+14155550100',
      objective: 'Book a table for 2',
      businessName: 'Nopa',
      website: null,
      language: null,
      callerName: null,
      maxDurationSeconds: 300,
      record: true,
      metadata: null,
    },
    new Date(),
  )

it('starts a call once, with what operators look for, and without its full number', async () => {
  const engine = createEngine({ client: namespace.client, timeouts: TIMEOUTS })
  const queued = call()
  await engine.startCall(queued)
  await engine.startCall(queued)
  const handle = namespace.client.workflow.getHandle(queued._id)
  const description = await handle.describe()
  expect(await description.staticSummary()).toBe('Book a table for 2 → Nopa (+1415***0100)')
  expect(description.taskQueue).toBe('calls-test')
  expect(description.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value])).toEqual(
    expect.arrayContaining([
      ['AccountId', 'acc_1'],
      ['CallStatus', 'queued'],
      ['Mode', 'test'],
    ]),
  )
  expect(JSON.stringify(await handle.fetchHistory())).not.toContain('4155550100')

  await handle.terminate()
  await engine.startCall(queued)
  expect((await handle.describe()).status.name).toBe('TERMINATED')
})

it('knows whether the workflow of a call runs, is over, or was never started', async () => {
  const engine = createEngine({ client: namespace.client, timeouts: TIMEOUTS })
  const queued = call()
  expect(await engine.findRun(queued._id)).toBe('none')
  await engine.startCall(queued)
  expect(await engine.findRun(queued._id)).toBe('running')
  await namespace.client.workflow.getHandle(queued._id).terminate()
  expect(await engine.findRun(queued._id)).toBe('closed')
})

it('takes a signal to a call that is over, or was never started, for no error', async () => {
  const engine = createEngine({ client: namespace.client, timeouts: TIMEOUTS })
  await engine.signalLegEnded('cl_none', 'completed')
  await engine.signalAnswered('cl_none')
})

it('fails when Temporal is away', async () => {
  const { client, close } = connectTemporal({ address: '127.0.0.1:1', namespace: 'default' })
  await expect(createEngine({ client, timeouts: TIMEOUTS }).startCall(call())).rejects.toThrow()
  await close()
})

it('registers the search attributes again without an error', async () => {
  await registerSearchAttributes(namespace.client)
})
