import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'

import { connectCarrier } from '../support/media-carrier.ts'
import { startMedia } from '../support/media-host.ts'
import type { Media } from '../support/media-host.ts'

let media: Media
beforeAll(async () => {
  media = await startMedia()
})
afterAll(async () => await media.stop())

const REFUSED = 1008

/** A conversation that waits for its stream, and what would admit it. */
const waiting = async () => {
  const { callId, isReady } = media.converse()
  await isReady()
  const conversation = await media.conversations.find(callId)
  return { callId, parameters: { call_id: callId, generation: '1', token: conversation!.ready!.token! } }
}

describe('a stream is admitted', () => {
  test('once, by its call, its generation and its token, and the token is used up then', async () => {
    const { callId, parameters } = await waiting()
    const carrier = await connectCarrier(media.host.port)
    carrier.start(parameters)
    carrier.pass(2_000)
    const session = await media.model.nextSession()
    await session.next('response.create')
    expect(await media.conversations.find(callId)).toMatchObject({
      generation: 1,
      host: media.host.id,
      ready: { token: null, url: 'ws://media.test/streams' },
    })
    const second = await connectCarrier(media.host.port)
    second.start(parameters)
    expect(await second.closed).toBe(REFUSED)
    expect(carrier.socket.readyState).toBe(WebSocket.OPEN)
    carrier.socket.close()
  })
})

describe('a stream is refused', () => {
  test.each([
    ['another token', { token: 'x'.repeat(32) }],
    ['another generation', { generation: '2' }],
    ['a generation that is none', { generation: '1e0' }],
    ['another call', { call_id: 'cl_unknown' }],
    ['no token', { token: '' }],
  ])('with %s', async (_, wrong) => {
    const { callId, parameters } = await waiting()
    const carrier = await connectCarrier(media.host.port)
    carrier.start({ ...parameters, ...wrong })
    expect(await carrier.closed).toBe(REFUSED)
    expect(await media.conversations.find(callId)).toMatchObject({
      generation: 0,
      ready: { token: parameters.token },
    })
  })

  test('that sends anything before its start, or nothing that can be read', async () => {
    const messages = [
      '{"event":"stop","streamSid":"MZ1"}',
      '{"event":"media","streamSid":"MZ1"}',
      'no JSON',
      Buffer.from([1]),
    ]
    for (const message of messages) {
      const carrier = await connectCarrier(media.host.port)
      carrier.socket.send(message)
      expect(await carrier.closed).toBe(REFUSED)
    }
  })

  test('that sends more than a start can have', async () => {
    const carrier = await connectCarrier(media.host.port)
    carrier.socket.send('x'.repeat(100_000))
    expect(await carrier.closed).toBe(1009)
  })

  test('at any other path', async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${media.host.port}/elsewhere`)
    const [, response] = await once(socket, 'unexpected-response')
    expect(response.statusCode).toBe(404)
    socket.on('error', () => undefined)
    socket.terminate()
  })
})

test('the gateway says that it is well', async () => {
  const response = await fetch(`http://127.0.0.1:${media.host.port}/healthz`)
  expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }])
  expect((await fetch(`http://127.0.0.1:${media.host.port}/streams`)).status).toBe(404)
})

test('a host that drains says so in its lease, lets go of what waits, and takes no stream', async () => {
  const host = await media.startHost()
  expect(await media.hosts.find(host.id)).toMatchObject({
    url: 'ws://media.test/streams',
    mode: 'test',
    slots: 5,
    live: 0,
  })
  const { isReady, result } = media.converse({ on: host })
  await isReady()
  await host.drain()
  expect(await result).toEqual({ kind: 'never_started' })
  expect(await media.hosts.find(host.id)).toMatchObject({ draining: true })
  await expect(connectCarrier(host.port)).rejects.toThrow('503')
  await host.close()
  expect(await media.hosts.find(host.id)).toBeNull()
})
