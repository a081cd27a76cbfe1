// Calls canceled at any moment, on the whole stack: each ends canceled once, with the right credit, and no line stays open.
import { setTimeout as delay } from 'node:timers/promises'

import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'

import { createDevelopmentAccount } from '../../devstack/account.ts'
import { postCall } from '../../devstack/demo/call.ts'
import type { WireCall } from '../../devstack/demo/call.ts'
import { legsOf } from '../../devstack/demo/differences.ts'
import { readmeRequest } from '../../devstack/demo/request.ts'
import { isBalanced } from '../../src/credits/credit.ts'
import type { Credits } from '../../src/credits/credit.ts'
import { SCENARIOS } from '../../src/sandbox/scenarios/table.ts'
import { startScenarioStack } from '../support/scenario-stack.ts'
import type { ScenarioStack } from '../support/scenario-stack.ts'

const POLL_MS = 20

let scenarios: ScenarioStack
let mongo: MongoClient
beforeAll(async () => {
  scenarios = await startScenarioStack()
  mongo = await MongoClient.connect(inject('mongodbUrl'))
})
afterAll(async () => {
  await mongo?.close()
  await scenarios?.stop()
})

const place = async (scenarioName: string) => {
  const { stack } = scenarios
  const { accountId, testKey } = await createDevelopmentAccount(stack)
  const request = await readmeRequest(stack.sandboxUrl)
  const { number } = SCENARIOS.find(({ name }) => name === scenarioName)!
  const id = await postCall(stack.apiUrl, testKey, { ...request, to_phone_number: number })
  const ask = async (method: string, path: string) => {
    const headers = { 'x-api-key': testKey }
    const response = await fetch(`${stack.apiUrl}/api/v1/calls/${id}${path}`, { method, headers })
    return {
      status: response.status,
      data: ((await response.json()) as { data: WireCall & Record<string, unknown> }).data,
    }
  }
  const until = async (holds: (call: WireCall) => boolean) => {
    for (;;) {
      const { data } = await ask('GET', '')
      if (holds(data)) return data
      await delay(POLL_MS)
    }
  }
  return {
    id,
    until,
    cancel: async () => (await ask('POST', '/cancel')).status,
    ended: async () => await until(({ status }) => ['completed', 'canceled', 'failed'].includes(status)),
    account: async () =>
      (await mongo
        .db(stack.database)
        .collection<Credits & { _id: string }>('accounts')
        .findOne({ _id: accountId }))!,
    leg: async () => (await legsOf(stack.sandboxUrl, id))[0],
    legs: async () => await legsOf(stack.sandboxUrl, id),
  }
}
type Placed = Awaited<ReturnType<typeof place>>

/** Canceled, paid for if it was answered and not otherwise, dialled once at most, and nobody is on the line. */
const expectCanceled = async (placed: Placed) => {
  const call = await placed.ended()
  expect(call).toMatchObject({ status: 'canceled', outcome: null, error_code: null })
  const account = await placed.account()
  expect([account.captured, account.holds, isBalanced(account)]).toEqual([call.started_at ? 1 : 0, {}, true])
  const legs = await placed.legs()
  expect(legs.length).toBeLessThanOrEqual(1)
  for (const { status } of legs) expect(['canceled', 'completed']).toContain(status)
  return call
}

test('in the conversation the agent says goodbye, the line closes, and what was said is there', async () => {
  const placed = await place('agrees')
  await placed.until(({ turns }) => (turns?.length ?? 0) >= 1)
  expect(await placed.cancel()).toBe(202)
  const call = await expectCanceled(placed)
  // A callee may have begun to answer just before it: the agent has the last word of its own.
  expect(call.turns?.findLast(({ role }) => role === 'agent')?.text).toContain('Goodbye')
  expect(call.started_at).not.toBeNull()
  const leg = (await placed.leg())!
  expect([leg.status, leg.streams.map(({ end }) => end)]).toEqual(['completed', ['served']])
  expect(leg.callee.findLast(({ kind }) => kind === 'heard')?.text).toContain('Goodbye')
})

test('while it rings the leg is hung up, and the credit comes back', async () => {
  const placed = await place('no-answer')
  await placed.until(({ status }) => status === 'dialing')
  expect(await placed.cancel()).toBe(202)
  const call = await expectCanceled(placed)
  expect(call.started_at).toBeNull()
  expect((await placed.leg())?.status).toBe('canceled')
})

test('at any other moment, and together with the answer, it ends canceled', { timeout: 60_000 }, async () => {
  const moments: ((placed: Placed) => Promise<unknown>)[] = [
    async () => undefined,
    ...[100, 250, 400, 600].map(ms => () => delay(ms)),
    placed => placed.until(({ status }) => status === 'dialing'),
    placed => placed.until(({ status }) => status === 'in_progress'),
  ]
  await Promise.all(
    moments.map(async moment => {
      const placed = await place('agrees')
      await moment(placed)
      expect(await placed.cancel()).toBe(202)
      await expectCanceled(placed)
    }),
  )
})

test('a conversation that is over stays what it is', async () => {
  const placed = await place('agrees')
  await placed.until(call => 'ended_at' in call && call.ended_at !== null)
  expect(await placed.cancel()).toBe(409)
  expect(await placed.ended()).toMatchObject({ status: 'completed', outcome: 'achieved' })
})
