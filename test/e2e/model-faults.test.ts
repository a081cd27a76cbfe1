// The model fails, on the whole stack: what the callee and the carrier notice of it, and what is left of the call.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { SCENARIOS } from '../../src/sandbox/scenarios/table.ts'
import { IN_TURN, startScenarioStack } from '../support/scenario-stack.ts'
import type { Played, ScenarioStack } from '../support/scenario-stack.ts'

let stack: ScenarioStack
beforeAll(async () => {
  stack = await startScenarioStack()
})
afterAll(async () => await stack?.stop())

/** The leg had one stream, which our side closed in order, and all of the call's audio went over it. */
const expectOneStream = ({ leg }: Played): void => {
  expect(leg.streams).toMatchObject([{ end: 'served', closeCode: 1000 }])
  const [stream] = leg.streams
  expect(stream!.framesSent * 20).toBeGreaterThanOrEqual(stream!.closedMs! - stream!.openedMs! - 200)
}

const refuseSessions = async (order: object): Promise<void> => {
  const url = `${stack.stack.sandboxUrl}/sandbox/model/refusals`
  const headers = { 'content-type': 'application/json' }
  const { status } = await fetch(url, { method: 'POST', headers, body: JSON.stringify(order) })
  expect(status).toBe(204)
}

describe('the call goes on over the same stream, and ends as it would have', IN_TURN, () => {
  const mended = SCENARIOS.filter(({ model, ends }) => model && ends.status === 'completed')
  it.each(mended.map(({ name }) => name))('%s', async name => {
    const played = await stack.play(name)
    expectOneStream(played)
    expect(played.leg.announcements).toEqual([])
    const greeting = (SCENARIOS.find(one => one.name === name)!.callee as { greeting: string }).greeting
    expect(played.turns[0]).toMatchObject({ role: 'callee', text: greeting, interrupted: false })
  })
})

it('where no session lasts, the callee hears an apology, and the call costs nothing', IN_TURN, async () => {
  const played = await stack.play('model-closes-always')
  expectOneStream(played)
  expect(played.leg.announcements).toEqual(['I am sorry, I cannot go on with this call. Goodbye.'])
  expect(played.leg.status).toBe('completed')
  expect(played.leg.callee.at(-1)).toMatchObject({ kind: 'heard', text: played.leg.announcements[0] })
})

// One after the other: the model refuses whoever asks.
it.each([
  { status: 429, retry_after_seconds: 1, times: 2 },
  { status: 503, times: 2 },
])('nothing rings until the model has a session to give: %o', async order => {
  await refuseSessions(order)
  expectOneStream(await stack.play('agrees'))
})
