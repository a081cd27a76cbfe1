// The whole stack, as its processes run in production, and calls on it that are held against their scenario.
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'

import { expect, inject } from 'vitest'

import { createDevelopmentAccount } from '../../devstack/account.ts'
import { placeAndFollow } from '../../devstack/demo/call.ts'
import { differences, legsOf } from '../../devstack/demo/differences.ts'
import { readmeRequest } from '../../devstack/demo/request.ts'
import { createProgress } from '../../devstack/progress.ts'
import { startStack } from '../../devstack/stack.ts'
import { SCENARIOS } from '../../src/sandbox/scenarios/table.ts'

export const startScenarioStack = async (speed: number) => {
  const dataDir = await mkdtemp(join(tmpdir(), 'errand-e2e-'))
  const name = `e2e-${randomUUID()}`
  const stack = await startStack({
    dataDir,
    progress: createProgress(),
    ports: 'free',
    speed,
    database: name,
    namespace: name,
    env: { ...process.env, MONGODB_URL: inject('mongodbUrl'), TEMPORAL_ADDRESS: inject('temporalAddress') },
  })

  return {
    /** Plays a scenario to its end, which must be as it says; gives the call, and the carrier's account of its leg. */
    play: async (scenarioName: string) => {
      const scenario = SCENARIOS.find(one => one.name === scenarioName)!
      const body = { ...(await readmeRequest(stack.sandboxUrl)), to_phone_number: scenario.number }
      const account = await createDevelopmentAccount(stack)
      const { signal } = new AbortController()
      const followed = await placeAndFollow(stack, account, body, signal, new PassThrough().resume())
      const call = followed.body.data
      const spent = followed.creditsBefore - followed.creditsAfter
      expect(await differences(stack, scenario, call, spent)).toEqual([])
      const [leg] = await legsOf(stack.sandboxUrl, call.call_id)
      return { call, turns: call.turns ?? [], leg: leg! }
    },
    stop: async (): Promise<void> => {
      await stack.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

export type ScenarioStack = Awaited<ReturnType<typeof startScenarioStack>>
