// A client cancels a call in the middle of its conversation.
import { afterAll, beforeAll, expect, test } from 'vitest'

import { endsCall, inConversation, storedConversation } from '../support/media-conversation.ts'
import { startMedia } from '../support/media-host.ts'
import type { Media } from '../support/media-host.ts'
import { speaks, spoke, starts, transcribes } from '../support/media-model.ts'
import type { ScriptedSession } from '../support/media-model.ts'

let media: Media
beforeAll(async () => {
  media = await startMedia()
})
afterAll(async () => await media.stop())

const OVER = /time for this call is over/

const cancel = async (callId: string, session: ScriptedSession): Promise<void> => {
  await media.conversations.requestGoodbye(callId, new Date())
  // The agent takes no turns from now on.
  expect(await session.next('session.update')).toMatchObject({
    session: { audio: { input: { turn_detection: { create_response: false, interrupt_response: false } } } },
  })
}
const isAskedForGoodbye = async (session: ScriptedSession): Promise<void> =>
  expect(JSON.stringify(await session.next('response.create'))).toMatch(OVER)
const saysGoodbye = (session: ScriptedSession): void => {
  speaks(session, { item: 'bye', text: 'I have to go. Goodbye.', pieces: 2 })
  spoke(session, { item: 'bye', text: 'I have to go. Goodbye.' })
}
/** The client has canceled, and the agent is saying goodbye. */
const inGoodbye = async () => {
  const conversation = await inConversation(media)
  const { callId, carrier, session, pass } = conversation
  await cancel(callId, session)
  await pass(40)
  await isAskedForGoodbye(session)
  saysGoodbye(session)
  return { ...conversation, marks: await carrier.marks(2) }
}

test('the agent says goodbye, and the conversation ends as canceled when it was heard', async () => {
  const { callId, carrier, pass, passUntilClosed, result, marks } = await inGoodbye()
  await pass(1_000)
  expect(carrier.socket.readyState).toBe(carrier.socket.OPEN)
  carrier.returns(marks)
  expect(await passUntilClosed()).toBe(1000)
  expect(await result).toEqual({ kind: 'ended' })
  const { conversation, turns } = await storedConversation(media, callId)
  expect(conversation.ended).toMatchObject({ by: 'host', reason: 'canceled' })
  expect(turns).toMatchObject([{ text: 'I have to go. Goodbye.', interrupted: false }])
})

test('a callee who speaks into that goodbye does not call it off, and is not answered', async () => {
  const { callId, carrier, session, pass, passUntilClosed, result, marks } = await inGoodbye()
  starts(session, 'u1')
  await pass(500)
  carrier.returns(marks)
  expect(await passUntilClosed()).toBe(1000)
  transcribes(session, 'u1', 'Wait!')
  await result
  expect((await storedConversation(media, callId)).conversation.ended).toMatchObject({ reason: 'canceled' })
  expect(session.events.filter(({ type }) => type === 'response.create')).toHaveLength(1)
})

test('a callee who is speaking is listened to for a moment, not to the end', async () => {
  const { callId, carrier, session, pass } = await inConversation(media)
  starts(session, 'u1')
  await pass(100)
  await cancel(callId, session)
  await pass(3_000)
  expect(session.events.some(({ type }) => type === 'response.create')).toBe(false)
  await pass(1_500)
  await isAskedForGoodbye(session)
  carrier.socket.close()
})

test('a goodbye that the agent is saying already is its last', async () => {
  const { callId, carrier, session, pass, passUntilClosed, result } = await inConversation(media)
  speaks(session, { item: 'a1', text: 'Thank you. Goodbye.', pieces: 4 })
  endsCall(session)
  spoke(session, { item: 'a1', text: 'Thank you. Goodbye.' })
  const marks = await carrier.marks(4)
  await pass(40)
  await cancel(callId, session)
  await pass(100)
  carrier.returns(marks)
  await passUntilClosed()
  await result
  const { conversation, turns } = await storedConversation(media, callId)
  expect(conversation.ended).toMatchObject({ reason: 'canceled' })
  expect(turns.map(({ text }) => text)).toEqual(['Thank you. Goodbye.'])
  expect(session.events.some(({ type }) => type === 'response.create')).toBe(false)
})

test('a host that takes over a canceled conversation says goodbye at once', async () => {
  const first = await inConversation(media)
  await cancel(first.callId, first.session)
  const part = media.converse({ callId: first.callId, generation: 2 })
  const carrier = await part.connect()
  const session = await media.model.nextSession()
  await session.next('session.update')
  carrier.pass(2_000)
  await isAskedForGoodbye(session)
  carrier.socket.close()
})
