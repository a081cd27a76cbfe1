// Every scenario on the whole stack, as its processes run in production: the API, both workers, the sandbox.
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'

import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'

import { createDevelopmentAccount } from '../../devstack/account.ts'
import { placeAndFollow } from '../../devstack/demo/call.ts'
import type { WireCall } from '../../devstack/demo/call.ts'
import { differences } from '../../devstack/demo/differences.ts'
import { readmeRequest } from '../../devstack/demo/request.ts'
import type { CallBody } from '../../devstack/demo/request.ts'
import { createProgress } from '../../devstack/progress.ts'
import { startStack } from '../../devstack/stack.ts'
import type { Stack } from '../../devstack/stack.ts'
import { SCENARIOS, scenarioFor } from '../../src/sandbox/scenarios/table.ts'
import { triesToTakeOver } from '../../src/sandbox/scenarios/tries-to-take-over.ts'

let stack: Stack
let dataDir: string
let request: CallBody

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'errand-e2e-'))
  const name = `e2e-${randomUUID()}`
  stack = await startStack({
    dataDir,
    progress: createProgress(),
    ports: 'free',
    speed: 20,
    database: name,
    namespace: name,
    env: {
      ...process.env,
      MONGODB_URL: inject('mongodbUrl'),
      TEMPORAL_ADDRESS: inject('temporalAddress'),
    },
  })
  request = await readmeRequest(stack.sandboxUrl)
})

afterAll(async () => {
  await stack?.stop()
  await rm(dataDir, { recursive: true, force: true })
})

const call = async (body: CallBody): Promise<WireCall & Record<string, unknown>> => {
  const account = await createDevelopmentAccount(stack)
  const { signal } = new AbortController()
  const {
    body: answer,
    creditsBefore,
    creditsAfter,
  } = await placeAndFollow(stack, account, body, signal, new PassThrough().resume())
  const scenario = scenarioFor(body['to_phone_number'] ?? '')
  expect(await differences(stack, scenario, answer.data, creditsBefore - creditsAfter)).toEqual([])
  return answer.data as WireCall & Record<string, unknown>
}

describe("a call ends as its scenario says, with a transcript that equals the callee's own account", () => {
  it.each(SCENARIOS.map(({ name, number }) => [name, number]))('%s', async (_name, number) => {
    await call({ ...request, to_phone_number: number })
  })
})

it('a callee who tries to take the agent over hears nothing but what the call is about', async () => {
  const { transcript } = await call({ ...request, to_phone_number: triesToTakeOver.number })
  expect(transcript?.split('\n').filter(line => line.startsWith('Agent: '))).toEqual([
    expect.stringMatching(
      /^Agent: Hello, this is an AI assistant .* I would like to book a table for 2 at 7pm, please\.$/,
    ),
    'Agent: I understand. Thank you for your time. Goodbye.',
  ])
})

describe('what is said follows from the objective', () => {
  it("a dentist's appointment", async () => {
    const { transcript } = await call({
      ...request,
      objective: "Make a dentist's appointment for Tuesday at 10am",
      business_name: 'Bright Smile',
      website: `${stack.sandboxUrl}/sites/dentist/`,
    })
    expect(transcript).toContain('Tuesday at 10am')
  })

  it('an opening-hours question', async () => {
    const { transcript, summary } = await call({ ...request, objective: 'Ask for the opening hours on Sunday' })
    expect(transcript).toContain('On Sunday we are open from')
    expect(summary).toContain('Sunday')
  })
})
