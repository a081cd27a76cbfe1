// A whole stack for an end-to-end test, and calls on it that are held against their scenario.
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'

import { expect, inject } from 'vitest'

import { createDevelopmentAccount } from '../../devstack/account.ts'
import { placeAndFollow } from '../../devstack/demo/call.ts'
import type { WireCall } from '../../devstack/demo/call.ts'
import { differences, legsOf } from '../../devstack/demo/differences.ts'
import { readmeRequest } from '../../devstack/demo/request.ts'
import type { CallBody } from '../../devstack/demo/request.ts'
import { createProgress } from '../../devstack/progress.ts'
import { startStack } from '../../devstack/stack.ts'
import type { LegAccount } from '../../src/sandbox/carrier/account.ts'
import { SCENARIOS } from '../../src/sandbox/scenarios/table.ts'

export interface Played {
  call: WireCall & Record<string, unknown>
  /** The carrier's own account of the call's leg. */
  leg: LegAccount
}

/** Starts a stack, at 20 times the speed of speech. */
export const startE2eStack = async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'errand-e2e-'))
  const name = `e2e-${randomUUID()}`
  const stack = await startStack({
    dataDir,
    progress: createProgress(),
    ports: 'free',
    speed: 20,
    database: name,
    namespace: name,
    env: { ...process.env, MONGODB_URL: inject('mongodbUrl'), TEMPORAL_ADDRESS: inject('temporalAddress') },
  })
  const request = await readmeRequest(stack.sandboxUrl)

  return {
    stack,
    /** Plays a scenario with the README's call, changed by `body`; it must end as it says, word for word. */
    play: async (scenarioName: string, body: Partial<CallBody> = {}): Promise<Played> => {
      const scenario = SCENARIOS.find(one => one.name === scenarioName)!
      const account = await createDevelopmentAccount(stack)
      const { signal } = new AbortController()
      const wanted = { ...request, ...body, to_phone_number: scenario.number } as CallBody
      const followed = await placeAndFollow(stack, account, wanted, signal, new PassThrough().resume())
      const { data } = followed.body
      const spent = followed.creditsBefore - followed.creditsAfter
      expect(await differences(stack, scenario, data, spent)).toEqual([])
      const [leg] = await legsOf(stack.sandboxUrl, data.call_id)
      return { call: data as Played['call'], leg: leg! }
    },
    stop: async (): Promise<void> => {
      await stack.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

export type E2eStack = Awaited<ReturnType<typeof startE2eStack>>
