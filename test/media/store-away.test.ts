// The store is away in the middle of a conversation: the callee hears nothing of it, and nothing is lost.
import { afterEach, expect, inject, test } from 'vitest'

import { createTcpProxy } from '../../chaos/network/tcp-proxy.ts'
import type { TcpProxy } from '../../chaos/network/tcp-proxy.ts'
import { newCall } from '../../src/calls/call.ts'
import { newCallId } from '../../src/ids.ts'
import { endsCall, inConversation, storedConversation } from '../support/media-conversation.ts'
import { REQUEST, startMedia } from '../support/media-host.ts'
import type { Media } from '../support/media-host.ts'
import { hears, PIECE, speaks, spoke, transcribes } from '../support/media-model.ts'

let media: Media | undefined
let way: TcpProxy | undefined
afterEach(async () => {
  way?.heal()
  await media?.stop()
  await way?.close()
})

test('turns wait, the end is not forgotten, and the words before it reach the callee at once', async () => {
  const store = { name: 'store', port: Number(new URL(inject('mongodbUrl')).port) }
  way = await createTcpProxy({ targets: () => [store] })
  const mongodbUrl = `mongodb://127.0.0.1:${way.port}/?directConnection=true&serverSelectionTimeoutMS=500`
  media = await startMedia({}, mongodbUrl)
  const { callId, carrier, session, pass, passUntilClosed, result } = await inConversation(media)
  way.cut({ how: 'reset' })
  hears(session, 'u1', 0)
  transcribes(session, 'u1', 'Hello?')
  for (let sentence = 1; sentence <= 3; sentence++) {
    const item = `a${sentence}`
    speaks(session, {
      item,
      previous: sentence === 1 ? 'u1' : `a${sentence - 1}`,
      text: `Sentence ${sentence}.`,
      pieces: 1,
    })
    spoke(session, { item, text: `Sentence ${sentence}.` })
    const marks = await carrier.marks(1)
    await pass(100)
    carrier.returns(marks)
  }
  expect(
    carrier.messages.filter(({ event, media: audio }) => event === 'media' && audio?.payload === PIECE),
  ).toHaveLength(3)
  endsCall(session)
  // Long enough for the goodbye; an end that cannot be stored closes nothing, as nobody could tell the carrier of it.
  carrier.pass(1_000)
  // What was asked of the store before this has failed as well.
  await expect(media.conversations.find(callId)).rejects.toThrow()
  expect(carrier.socket.readyState).toBe(carrier.socket.OPEN)
  way.heal()
  expect(await passUntilClosed()).toBe(1000)
  expect(await result).toEqual({ kind: 'ended' })
  const { conversation, turns } = await storedConversation(media, callId)
  expect(conversation).toMatchObject({ ended: { by: 'host', reason: 'agent_ended' }, sealed: expect.any(Date) })
  expect(turns.map(({ text, interrupted }) => [text, interrupted])).toEqual([
    ['Hello?', false],
    ['Sentence 1.', false],
    ['Sentence 2.', false],
    ['Sentence 3.', false],
  ])
})

test('a call that is prepared while the store is away rings nobody, and is ready when the store is back', async () => {
  const store = { name: 'store', port: Number(new URL(inject('mongodbUrl')).port) }
  way = await createTcpProxy({ targets: () => [store] })
  media = await startMedia(
    {},
    `mongodb://127.0.0.1:${way.port}/?directConnection=true&serverSelectionTimeoutMS=500`,
  )
  const callId = newCallId()
  await media.calls.insert(newCall(callId, 'acc_1', 'test', REQUEST, new Date()))
  way.cut({ how: 'reset' })
  const part = media.converse({ callId })
  // When several requests after it have failed, so has the host's own first one.
  for (let failed = 0; failed < 5; failed++) await expect(media.conversations.find(callId)).rejects.toThrow()
  way.heal()
  await Promise.race([part.isReady(), part.result.then(end => expect(end).toBeUndefined())])
  expect((await media.conversations.find(callId))?.ready).toMatchObject({ generation: 1 })
})
