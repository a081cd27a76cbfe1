// A live call and what may become of its media host, on the processes as they run in production. Each host has a slot
// for one new call, and every one of them is taken: what a host leaves goes to the slots that are kept for that.
import { afterAll, beforeAll, expect, it } from 'vitest'

import { expectFaithful, startHandoverStack } from '../support/handover-stack.ts'
import type { HandoverCall, HandoverStack } from '../support/handover-stack.ts'

const TIMEOUTS = {
  leaseRenewMs: 400,
  leaseStaleMs: 1_500,
  modelOpenMs: 2_000,
  fillerLimitMs: 5_000,
  drainMs: 200,
  handoverMs: 20_000,
}
const WITHIN = { timeout: 60_000 }
const GREETING = /^Hello, this is an AI assistant/
/** The agent has said who it is, and goes on to say what it wants. */
const INTRODUCED = /recorded\./

let stack: HandoverStack
beforeAll(async () => {
  stack = await startHandoverStack({ speed: 8, env: { MEDIA_SLOTS: '1', TIMEOUTS: JSON.stringify(TIMEOUTS) } })
  await stack.start('sandbox', 'api', 'calls', 'media', 'media-2', 'media-3')
}, 60_000)
afterAll(async () => await stack?.close())

/** Ended as if nothing had happened: one greeting, one dial, one credit, and the words that the callee heard and said. */
const expectUnharmed = async (call: HandoverCall): Promise<void> => {
  const ended = await call.ended()
  expect(ended).toMatchObject({ status: 'completed', outcome: 'achieved', error_code: null })
  const turns = ended.turns ?? []
  expectFaithful(turns, await call.leg())
  expect(turns.filter(({ role, text }) => role === 'agent' && GREETING.test(text))).toHaveLength(1)
  expect(await call.dials()).toBe(1)
  expect(await call.account()).toMatchObject({ captured: 1, holds: {} })
}

it(
  'a call survives two hosts that are killed in mid-sentence, with every slot for new calls taken',
  WITHIN,
  async () => {
    const calls = [await stack.place('agrees'), await stack.place('agrees'), await stack.place('agrees')]
    const [call] = calls
    await call!.agentSays(INTRODUCED)
    await stack.kill(await call!.host())
    await call!.agentSays(/./, 2)
    await stack.kill(await call!.host())
    for (const one of calls) await expectUnharmed(one)
    expect((await call!.leg()).streams.map(({ end }) => end)).toEqual(['broken', 'broken', 'served'])
  },
)

it('a call survives its host and its calls worker, killed at the same moment', WITHIN, async () => {
  await stack.restart('calls-2', 'media', 'media-2')
  const call = await stack.place('agrees')
  await call.agentSays(INTRODUCED)
  const [host, worker] = await Promise.all([call.host(), call.worker()])
  await stack.kill(host, worker)
  await expectUnharmed(call)
})

it(
  'a call is moved from a host that is frozen, which finds on waking that it no longer counts',
  WITHIN,
  async () => {
    await stack.restart('media', 'media-2')
    const call = await stack.place('agrees')
    await call.agentSays(INTRODUCED)
    const frozen = await call.host()
    stack.signal(frozen, 'SIGSTOP')
    await call.generation(2)
    stack.signal(frozen, 'SIGCONT')
    await expectUnharmed(call)
    expect((await call.leg()).streams.map(({ end }) => end)).toEqual(['stopped', 'served'])
    expect(await call.stored()).toMatchObject({ ended: { by: 'host', reason: 'agent_ended' } })
  },
)

it('a host that is told to stop hands its call over, its successor ready first', WITHIN, async () => {
  const call = await stack.place('agrees')
  await call.agentSays(INTRODUCED)
  const stopped = await call.host()
  stack.signal(stopped, 'SIGTERM')
  await call.generation(2)
  await stack.ended(stopped)
  await expectUnharmed(call)
  const { streams, requests, callee } = await call.leg()
  expect(streams.map(({ closeCode }) => closeCode)).toEqual([1001, 1000])
  expect(callee.filter(({ text }) => /One moment/.test(text))).toEqual([])
  expect(requests.filter(({ purpose }) => purpose === 'instructions')).toHaveLength(3)
})

it('a host that is told to stop while the phone rings leaves the call to another one', WITHIN, async () => {
  await stack.restart('media', 'media-2')
  const call = await stack.place('agrees')
  await call.rings()
  const stopped = await call.host()
  stack.signal(stopped, 'SIGTERM')
  await expectUnharmed(call)
  const { streams } = await call.leg()
  expect(streams.map(({ end }) => end)).toEqual(['served'])
  expect(streams[0]!.url).not.toContain(new URL(stack.urlOf(stopped)).host)
  await stack.ended(stopped)
})

it('a carrier that ends the call when a socket breaks ends it honestly, and costs nothing', WITHIN, async () => {
  await stack.restart('media', 'media-2')
  const call = await stack.place('stream-break-ends-call')
  await call.agentSays(INTRODUCED)
  await stack.kill(await call.host())
  const ended = await call.ended()
  expect(ended).toMatchObject({ status: 'failed', outcome: null, error_code: 'call_failed' })
  const { status, streams, ...leg } = await call.leg()
  expect([status, streams.map(({ end }) => end)]).toEqual(['completed', ['broken']])
  expectFaithful(ended.turns ?? [], { status, streams, ...leg })
  expect(ended.turns?.map(({ role, interrupted }) => [role, interrupted])).toEqual([
    ['callee', false],
    ['agent', true],
  ])
  expect(ended.turns?.[1]?.text).toMatch(GREETING)
  expect(await call.account()).toMatchObject({ captured: 0, holds: {} })
})

it('a call whose host is killed with no other there ends honestly, and costs nothing', WITHIN, async () => {
  await stack.kill('media-2', 'media-3')
  await stack.restart('media')
  const call = await stack.place('agrees')
  await call.agentSays(INTRODUCED)
  await stack.kill('media')
  const ended = await call.ended()
  expect(ended).toMatchObject({ status: 'failed', outcome: null, error_code: 'call_failed' })
  expectFaithful(ended.turns ?? [], await call.leg())
  expect(await call.account()).toMatchObject({ captured: 0, holds: {} })
  const heard = (await call.leg()).callee.filter(({ kind }) => kind === 'heard').map(({ text }) => text)
  expect(heard).toContain('One moment please, I will be right back with you.')
  expect(heard.at(-1)).toBe('I am sorry, the line was lost. Goodbye.')
})
