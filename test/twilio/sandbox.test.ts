// The adapter, the callbacks and the instructions against the sandbox's carrier: written from the same documentation by
// another reader of it.
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'

import { createLog } from '../../src/log.ts'
import type { Carrier, DialOutcome } from '../../src/providers/ports.ts'
import { createCarrier } from '../../src/providers/twilio/carrier.ts'
import type { LegAccount } from '../../src/sandbox/carrier/account.ts'
import { startSandbox } from '../../src/sandbox/server.ts'
import type { Sandbox } from '../../src/sandbox/server.ts'
import { AUTH_TOKEN, CALL, useApi } from '../api/api.ts'

const ACCOUNT = `AC${'0'.repeat(32)}`

let sandbox: Sandbox
let carrier: Carrier
const streams = new WebSocketServer({ port: 0, host: '127.0.0.1' })

beforeAll(async () => {
  sandbox = await startSandbox({
    host: '127.0.0.1',
    port: 0,
    speed: 20,
    accountSid: ACCOUNT,
    authToken: AUTH_TOKEN,
    apiKey: 'unused',
    log: createLog('sandbox', 'silent'),
  })
})

const api = useApi(publicUrl => {
  carrier = createCarrier({
    settings: {
      TWILIO_ACCOUNT_SID: ACCOUNT,
      TWILIO_AUTH_TOKEN: AUTH_TOKEN,
      TWILIO_FROM_NUMBER: '+14155550000',
      TWILIO_BASE_URL: sandbox.url,
    },
    mode: 'test',
    publicUrl,
    timeoutMs: 5_000,
  })
  return carrier
})

afterAll(async () => {
  await sandbox.stop()
  streams.close()
})

/** An accepted call to a scenario's number, and the dial of it. */
const dial = async (
  number: string,
  beforeIt?: (callId: string) => Promise<void>,
): Promise<{ id: string; outcome: DialOutcome }> => {
  const { key } = await api().newAccount()
  const { body } = await api().send('POST', '/api/v1/calls', { key, body: { ...CALL, to_phone_number: number } })
  const id: string = body.data.call_id
  const until = new Date(Date.now() + 15_000)
  await api().conversations.ensure(id)
  await offerHost(id)
  await api().calls.claimDial(id, until)
  await beforeIt?.(id)
  const outcome = await carrier.placeCall({
    callId: id,
    to: number,
    ringSeconds: 45,
    timeLimitSeconds: 660,
    until,
  })
  return { id, outcome }
}

const offerHost = async (id: string): Promise<void> => {
  const url = `ws://127.0.0.1:${(streams.address() as AddressInfo).port}/streams`
  await api().hosts.renew({ _id: id, url, mode: 'test', renewedAt: new Date(), slots: 20, live: 0 })
  const expiresAt = new Date(Date.now() + 600_000)
  await api().conversations.setReady(id, { generation: 1, host: id, url, token: `token-${id}`, expiresAt })
}

interface Stream {
  socket: WebSocket
  start: { callSid: string; customParameters: object }
}

/** The next stream that the carrier connects, once it has said which it is. */
const nextStream = async (): Promise<Stream> =>
  await new Promise(resolve => {
    streams.once('connection', socket =>
      socket.on('message', data => {
        const message = JSON.parse((data as Buffer).toString())
        if (message.event === 'start') resolve({ socket, start: message.start })
      }),
    )
  })

test('a call is dialled, answered, streamed, and over when the host ends it', async () => {
  const stream = nextStream()
  const { id, outcome } = await dial('+14155550100')
  const legId = outcome.kind === 'dialed' ? outcome.legId : ''
  expect(legId).toMatch(/^CA[0-9a-f]{32}$/)

  const { socket, start } = await stream
  expect(start).toMatchObject({
    callSid: legId,
    customParameters: { token: `token-${id}`, call_id: id, generation: '1' },
  })
  expect(await api().calls.find(id)).toMatchObject({ status: 'in_progress', legId, dial: { state: 'submitted' } })
  expect(await carrier.getLeg(legId)).toEqual({ legId, state: 'in_progress' })
  const dialledAt = new Date(Date.now() - 15_000)
  expect((await carrier.findLegs('+14155550100', dialledAt)).map(leg => leg.legId)).toEqual([legId])

  await api().conversations.start(id, 1, `token-${id}`, new Date())
  await api().conversations.endByHost(id, 1, { by: 'host', reason: 'agent_ended', at: new Date() })
  socket.close()
  await api().engine.untilTold('signalLegEnded', id)
  expect(await api().calls.find(id)).toMatchObject({ leg: { ended: 'completed' } })
  expect((await api().conversations.find(id))?.ended).toMatchObject({ by: 'host', reason: 'agent_ended' })
  expect(await carrier.getLeg(legId)).toEqual({ legId, state: 'completed' })
  await carrier.hangUp(legId)
  expect(
    api()
      .engine.told.filter(([, told]) => told === id)
      .map(([name]) => name),
  ).toEqual(['startCall', 'signalAnswered', 'signalLegEnded'])
})

test('the callee of a busy line is not reached', async () => {
  const { id, outcome } = await dial('+14155550103')
  expect(outcome.kind).toBe('dialed')
  await api().engine.untilTold('signalLegEnded', id)
  expect(await api().calls.find(id)).toMatchObject({ startedAt: null, leg: { ended: 'busy' } })
})

test('a line that nobody answers rings until its time is up', async () => {
  const { id, outcome } = await dial('+14155550104')
  expect(outcome.kind).toBe('dialed')
  await api().engine.untilTold('signalLegEnded', id)
  expect(await api().calls.find(id)).toMatchObject({ startedAt: null, leg: { ended: 'no_answer' } })
})

test('hanging up ends a leg that rings', async () => {
  const { id, outcome } = await dial('+14155550104')
  await carrier.hangUp(outcome.kind === 'dialed' ? outcome.legId : '')
  await api().engine.untilTold('signalLegEnded', id)
  expect((await api().calls.find(id))?.startedAt).toBeNull()
})

test('a number that the carrier refuses is refused with its code', async () => {
  const { outcome } = await dial('+14155550105')
  expect(outcome).toMatchObject({ kind: 'refused', carrierCode: '21211' })
})

test.each([
  ['lost', '+14155550140'],
  ["followed by the carrier's 500", '+14155550141'],
  ['no JSON', '+14155550143'],
])(
  'a dial whose answer is %s is unknown; its first callback binds the leg, which the list has once',
  async (_, to) => {
    const since = new Date()
    const { id, outcome } = await dial(to)
    expect(outcome.kind).toBe('unknown')
    await api().engine.untilTold('signalAnswered', id)
    const { legId } = (await api().calls.find(id))!
    expect((await carrier.findLegs(to, since)).map(leg => leg.legId)).toEqual([legId])
    await carrier.hangUp(legId ?? '')
  },
)

test('a callback before the answer to the dial and that answer bind the same leg', async () => {
  const { id, outcome } = await dial('+14155550142')
  expect(outcome).toEqual({ kind: 'dialed', legId: (await api().calls.find(id))?.legId })
  if (outcome.kind === 'dialed') await carrier.hangUp(outcome.legId)
})

test('one request too many is tried again in place, and makes one leg', async () => {
  const since = new Date()
  const { outcome } = await dial('+14155550144')
  expect(outcome.kind).toBe('dialed')
  const legs = await carrier.findLegs('+14155550144', since)
  expect(legs).toHaveLength(1)
  await carrier.hangUp(legs[0]?.legId ?? '')
})

test('callbacks that come twice and out of order say the same', async () => {
  const { id, outcome } = await dial('+14155550145')
  await api().engine.untilTold('signalAnswered', id)
  if (outcome.kind === 'dialed') await carrier.hangUp(outcome.legId)
  await api().engine.untilTold('signalLegEnded', id)
  expect(await api().calls.find(id)).toMatchObject({ status: 'in_progress', leg: { ended: 'completed' } })
})

test('without an answer and callbacks a dial is known from the list alone', async () => {
  const since = new Date()
  const { id, outcome } = await dial('+14155550146')
  expect(outcome.kind).toBe('unknown')
  const state = async () => (await carrier.findLegs('+14155550146', since)).map(leg => leg.state)
  while (!(await state()).includes('busy')) expect(await state()).toHaveLength(1)
  expect((await api().calls.find(id))?.legId).toBeNull()
})

test('the leg of a call that has ended meanwhile is hung up at its first callback', async () => {
  const { id } = await dial('+14155550140', async callId => {
    await api().calls.advance(callId, 'failed', { errorCode: 'dial_unknown' })
  })
  const state = async () => {
    const { legs } = (await (await fetch(`${sandbox.url}/sandbox/legs`)).json()) as { legs: LegAccount[] }
    return legs.find(leg => leg.requests.some(({ url }) => url.includes(id)))?.status
  }
  while (!['canceled', 'completed'].includes((await state()) ?? ''))
    expect((await api().calls.find(id))?.legId).toBeNull()
})

test('wrong credentials are a refusal', async () => {
  const settings = {
    TWILIO_ACCOUNT_SID: ACCOUNT,
    TWILIO_AUTH_TOKEN: 'wrong',
    TWILIO_FROM_NUMBER: '+14155550000',
    TWILIO_BASE_URL: sandbox.url,
  }
  const stranger = createCarrier({ settings, mode: 'test', publicUrl: 'http://x', timeoutMs: 5_000 })
  const until = new Date(Date.now() + 15_000)
  const request = { callId: 'cl_1', to: '+14155550100', ringSeconds: 45, timeLimitSeconds: 660, until }
  expect(await stranger.placeCall(request)).toMatchObject({ kind: 'refused', carrierCode: '20003' })
})
