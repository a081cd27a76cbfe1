// The whole stack, as its processes run in production, and calls on it that are held against their scenario.
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'

import { expect, inject } from 'vitest'

import { createDevelopmentAccount } from '../../devstack/account.ts'
import type { DevelopmentAccount } from '../../devstack/account.ts'
import { placeAndFollow } from '../../devstack/demo/call.ts'
import type { WireCall } from '../../devstack/demo/call.ts'
import { differences, legsOf } from '../../devstack/demo/differences.ts'
import { readmeRequest } from '../../devstack/demo/request.ts'
import type { CallBody } from '../../devstack/demo/request.ts'
import { createProgress } from '../../devstack/progress.ts'
import { startStack } from '../../devstack/stack.ts'
import type { LegAccount } from '../../src/sandbox/carrier/account.ts'
import { SCENARIOS } from '../../src/sandbox/scenarios/table.ts'

/** A call that ended as its scenario says, and the carrier's own account of its leg. */
export interface Played {
  call: WireCall & Record<string, unknown>
  turns: NonNullable<WireCall['turns']>
  leg: LegAccount
  account: DevelopmentAccount
}

/** For tests that play their calls at the same time as others: each waits for its turn. */
export const IN_TURN = { concurrent: true, timeout: 90_000 }

/** So many calls are under way at once: more would make busy cores the slowest part, and callees do not wait for ever. */
const AT_ONCE = 2

/** Lets `AT_ONCE` pieces of work run at a time, the others wait. */
const createTurnstile = () => {
  const waiting: (() => void)[] = []
  let free = AT_ONCE
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (free > 0) free--
    else await new Promise<void>(resolve => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else free++
    }
  }
}

export const startScenarioStack = async (speed = 20) => {
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
  const request = await readmeRequest(stack.sandboxUrl)
  const inTurn = createTurnstile()

  return {
    stack,
    /** Plays a scenario with the README's call, changed by `changes`; it must end as it says, word for word. */
    play: async (scenarioName: string, changes: CallBody = {}): Promise<Played> =>
      await inTurn(async () => {
        const scenario = SCENARIOS.find(one => one.name === scenarioName)!
        const body = { ...request, ...changes, to_phone_number: scenario.number }
        const account = await createDevelopmentAccount(stack)
        const { signal } = new AbortController()
        const followed = await placeAndFollow(stack, account, body, signal, new PassThrough().resume())
        const { data } = followed.body
        const spent = followed.creditsBefore - followed.creditsAfter
        expect(await differences(stack, scenario, data, spent)).toEqual([])
        const [leg] = await legsOf(stack.sandboxUrl, data.call_id)
        return { call: data as Played['call'], turns: data.turns ?? [], leg: leg!, account }
      }),
    stop: async (): Promise<void> => {
      await stack.stop()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

export type ScenarioStack = Awaited<ReturnType<typeof startScenarioStack>>
