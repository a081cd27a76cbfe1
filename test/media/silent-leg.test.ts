import { afterAll, beforeAll, expect, test } from 'vitest'

import { startMedia } from '../support/media-host.ts'
import type { Media } from '../support/media-host.ts'

let media: Media
beforeAll(async () => {
  media = await startMedia({ noFrameMs: 100, sealMs: 100, streamTokenMs: 300 })
})
afterAll(async () => await media.stop())

test('a leg that carries nothing is lost, although its socket is open', async () => {
  const part = media.converse()
  const carrier = await part.connect()
  carrier.pass(20)
  expect(await carrier.closed).toBe(1001)
  expect(await part.result).toEqual({ kind: 'lost' })
  expect(await media.conversations.find(part.callId)).toMatchObject({ ended: null, sealed: null })
})

test('a stream that stops without a word from the carrier is lost', async () => {
  const part = media.converse()
  const carrier = await part.connect()
  carrier.pass(20)
  carrier.socket.terminate()
  expect(await part.result).toEqual({ kind: 'lost' })
})

test('a host that no stream came to never started', async () => {
  expect(await media.converse().result).toEqual({ kind: 'never_started' })
})
