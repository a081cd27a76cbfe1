// Every scenario on the whole stack, as its processes run in production: the API, both workers, the sandbox. Several
// calls are under way at the same time.
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'

import type { Call } from '../../src/calls/call.ts'
import { SCENARIOS } from '../../src/sandbox/scenarios/table.ts'
import { IN_TURN, startScenarioStack } from '../support/scenario-stack.ts'
import type { ScenarioStack } from '../support/scenario-stack.ts'

// Those that other files play, each with what is special about it.
const ELSEWHERE: Record<string, string[]> = {
  callees: [
    'interrupts-once',
    'interrupts-always',
    'talks-at-the-same-time',
    'hangs-up-mid-sentence',
    'hangs-up-at-once',
    'hangs-up-during-goodbye',
    'asks-a-question-at-goodbye',
    'menu',
    'menu-without-end',
    'voicemail',
    'voicemail-taken-for-a-person',
    'person-taken-for-a-machine',
    'fax',
    'silent-line',
  ],
  'model-faults': SCENARIOS.filter(({ model }) => model).map(({ name }) => name),
  // Below.
  scenarios: ['tries-to-take-over', 'forbids-further-calls', 'response-and-callbacks-lost'],
}
const here = SCENARIOS.filter(({ name }) => !Object.values(ELSEWHERE).flat().includes(name))

let stack: ScenarioStack
beforeAll(async () => {
  stack = await startScenarioStack()
})
afterAll(async () => await stack?.stop())

describe(
  "a call ends as its scenario says, with a transcript that equals the callee's own account",
  IN_TURN,
  () => {
    it.each(here.map(({ name }) => name))('%s', async name => {
      const { leg } = await stack.play(name)
      if (name === 'stream-opened-twice')
        expect(leg.streams).toMatchObject([
          { end: 'served', closeCode: 1000 },
          { end: 'broken', closeCode: 1008, framesPlayed: 0 },
        ])
    })
  },
)

it('a callee who tries to take the agent over hears nothing but what the call is about', IN_TURN, async () => {
  const { call } = await stack.play('tries-to-take-over')
  expect(call.transcript?.split('\n').filter(line => line.startsWith('Agent: '))).toEqual([
    expect.stringMatching(
      /^Agent: Hello, this is an AI assistant .* I would like to book a table for 2 at 7pm, please\.$/,
    ),
    'Agent: I understand. Thank you for your time. Goodbye.',
  ])
})

it(
  'a callee who asks never to be called again is put on the do-not-call list, and the result says so',
  IN_TURN,
  async () => {
    const { call, account } = await stack.play('forbids-further-calls')
    expect(call.outcome_details).toContain('The number is on your do-not-call list now.')
    expect(call.transcript).toMatch(
      /Callee: Please never call this number again\.\nAgent: .*will not be called again.*$/,
    )
    const ask = async (path: string, body?: object) => {
      const response = await fetch(`${stack.stack.apiUrl}/api/v1${path}`, {
        headers: { 'x-api-key': account.testKey },
        ...(body && { method: 'POST', body: JSON.stringify(body) }),
      })
      return (await response.json()) as { code?: string; data?: unknown }
    }
    const number = '+14155550113'
    expect((await ask('/do_not_call')).data).toMatchObject([{ to_phone_number: number, call_id: call.call_id }])
    expect((await ask('/calls', { to_phone_number: number, objective: 'Try once more' })).code).toBe(
      'blocked_number',
    )
  },
)

describe('what is said follows from the objective', IN_TURN, () => {
  it("a dentist's appointment", async () => {
    const { call } = await stack.play('agrees', {
      objective: "Make a dentist's appointment for Tuesday at 10am",
      business_name: 'Bright Smile',
      website: `${stack.stack.sandboxUrl}/sites/dentist/`,
    })
    expect(call.transcript).toContain('Tuesday at 10am')
  })

  it('an opening-hours question', async () => {
    const { call } = await stack.play('agrees', { objective: 'Ask for the opening hours on Sunday' })
    expect(call.transcript).toContain('On Sunday we are open from')
    expect(call.summary).toContain('Sunday')
  })
})

it('a website that is built by script is read in a browser before the call', IN_TURN, async () => {
  const { call } = await stack.play('agrees', {
    objective: 'Make an appointment for a haircut for Tuesday at 10am',
    business_name: 'Castro Cuts',
    website: `${stack.stack.sandboxUrl}/sites/barber/`,
  })
  const mongo = await MongoClient.connect(inject('mongodbUrl'))
  const stored = await mongo.db(stack.stack.database).collection<Call>('calls').findOne({ _id: call.call_id })
  await mongo.close()
  expect(stored?.context).toMatchObject({
    kind: 'read',
    by: 'browser',
    title: expect.stringContaining('Castro Cuts'),
  })
  expect(stored?.context).toMatchObject({ text: expect.stringContaining('a hot towel shave') })
  expect(call.transcript).toContain('Tuesday at 10am')
})

// By itself: both are to be under way.
it('of two calls at once each finds its own leg by the list alone: the second waits until the first is known', async () => {
  const played = await Promise.all([
    stack.play('response-and-callbacks-lost'),
    stack.play('response-and-callbacks-lost'),
  ])
  expect(played.map(({ call }) => [call.status, call.error_code])).toEqual([
    ['failed', 'busy'],
    ['failed', 'busy'],
  ])
})
