// Two calls at once to a number where nothing but the carrier's list tells what became of a dial.
import { afterAll, beforeAll, expect, it } from 'vitest'

import { startScenarioStack } from '../support/scenario-stack.ts'
import type { ScenarioStack } from '../support/scenario-stack.ts'

let stack: ScenarioStack
beforeAll(async () => {
  stack = await startScenarioStack()
})
afterAll(async () => await stack?.stop())

it('each finds its own leg, because the second waits until the first is known', async () => {
  const played = await Promise.all([
    stack.play('response-and-callbacks-lost'),
    stack.play('response-and-callbacks-lost'),
  ])
  expect(played.map(({ call }) => [call.status, call.error_code])).toEqual([
    ['failed', 'busy'],
    ['failed', 'busy'],
  ])
})
