import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { endsCall, hungUp, inConversation, storedConversation } from '../support/media-conversation.ts'
import { startMedia } from '../support/media-host.ts'
import type { Media } from '../support/media-host.ts'
import { speaks, spoke, starts, stops, transcribes } from '../support/media-model.ts'
import type { ScriptedSession } from '../support/media-model.ts'

let media: Media
beforeAll(async () => {
  media = await startMedia()
})
afterAll(async () => await media.stop())

/** The agent says goodbye and calls its tool; the model has made all of it. */
const saysGoodbye = (session: ScriptedSession): void => {
  speaks(session, { item: 'a1', text: 'Thank you. Goodbye.', pieces: 4 })
  endsCall(session)
  spoke(session, { item: 'a1', text: 'Thank you. Goodbye.' })
}

const OVER = /time for this call is over/

describe('the agent’s goodbye', () => {
  test('is heard to its end before the line is closed', async () => {
    const { callId, carrier, session, pass, passUntilClosed } = await inConversation(media)
    saysGoodbye(session)
    const marks = await carrier.marks(4)
    await pass(1_000)
    carrier.returns(marks.slice(0, 3))
    await pass(500)
    expect(carrier.socket.readyState).toBe(carrier.socket.OPEN)
    carrier.returns(marks.slice(3))
    expect(await passUntilClosed()).toBe(1000)
    const { conversation, turns } = await storedConversation(media, callId)
    expect(conversation.ended).toMatchObject({ by: 'host', reason: 'agent_ended' })
    expect(turns).toMatchObject([{ text: 'Thank you. Goodbye.', interrupted: false }])
  })

  test('leaves a moment for a callee who begins to speak right after it', async () => {
    const { callId, carrier, session, pass } = await inConversation(media)
    saysGoodbye(session)
    carrier.returns(await carrier.marks(4))
    await pass(200)
    starts(session, 'u1')
    expect(await session.next('conversation.item.create')).toMatchObject({
      item: { type: 'function_call_output' },
    })
    await pass(2_000)
    expect((await storedConversation(media, callId)).conversation.ended).toBeNull()
    carrier.socket.close()
  })

  test('is not said over a callee who spoke before the tool was called', async () => {
    const { callId, carrier, session, pass } = await inConversation(media)
    speaks(session, { item: 'a1', text: 'Thank you. Goodbye.', pieces: 4 })
    await carrier.marks(4)
    starts(session, 'u1')
    await carrier.next('clear')
    endsCall(session)
    spoke(session, { item: 'a1', text: 'Thank you. Goodbye.', status: 'cancelled' })
    expect(await session.next('conversation.item.create')).toMatchObject({
      item: { type: 'function_call_output' },
    })
    stops(session, 'u1', 'a1')
    await pass(1_000)
    expect((await storedConversation(media, callId)).conversation.ended).toBeNull()
    carrier.socket.close()
  })

  test('comes after the answer to a question that was asked into it', async () => {
    const { callId, carrier, session, pass, passUntilClosed, result } = await inConversation(media)
    saysGoodbye(session)
    const marks = await carrier.marks(4)
    carrier.returns(marks.slice(0, 1))
    await pass(20)
    starts(session, 'u1')
    await carrier.next('clear')
    carrier.returns(marks.slice(1))
    stops(session, 'u1', 'a1')
    transcribes(session, 'u1', 'What was the name?')
    speaks(session, { item: 'a2', previous: 'u1', text: 'Ann Lee.', pieces: 1 })
    spoke(session, { item: 'a2', text: 'Ann Lee.' })
    carrier.returns(await carrier.marks(1))
    await pass(1_000)
    speaks(session, { item: 'a3', previous: 'a2', text: 'Goodbye.', pieces: 1 })
    endsCall(session)
    spoke(session, { item: 'a3', text: 'Goodbye.' })
    carrier.returns(await carrier.marks(1))
    await passUntilClosed()
    await result
    const { turns } = await storedConversation(media, callId)
    // 100 of 400 ms of the first goodbye were heard, which is not yet its first word.
    expect(turns.map(({ text }) => text)).toEqual(['What was the name?', 'Ann Lee.', 'Goodbye.'])
  })
})

describe('when the time is over', () => {
  const asksForGoodbye = async (session: ScriptedSession) =>
    expect(JSON.stringify(await session.next('response.create'))).toMatch(OVER)

  test('the agent says goodbye, and the call ends', async () => {
    const { callId, carrier, session, pass, passUntilClosed, result } = await inConversation(media)
    starts(session, 'u1')
    await pass(60_000)
    stops(session, 'u1', 'a0')
    transcribes(session, 'u1', 'Good day.')
    await pass(1_000)
    await asksForGoodbye(session)
    speaks(session, { item: 'a2', text: 'I have to go. Goodbye.', pieces: 1 })
    spoke(session, { item: 'a2', text: 'I have to go. Goodbye.' })
    carrier.returns(await carrier.marks(1))
    expect(await passUntilClosed()).toBe(1000)
    await result
    const { conversation, turns } = await storedConversation(media, callId)
    expect(conversation.ended).toMatchObject({ reason: 'max_duration' })
    expect(turns.at(-1)).toMatchObject({ text: 'I have to go. Goodbye.', interrupted: false })
  })

  test('a callee who is speaking is heard out and answered first', async () => {
    const { carrier, session, pass } = await inConversation(media)
    starts(session, 'u1')
    await pass(65_000)
    stops(session, 'u1', 'a0')
    speaks(session, { item: 'a1', previous: 'u1', text: 'Yes, it is.', pieces: 1 })
    const marks = await carrier.marks(1)
    await pass(500)
    expect(session.events.some(({ type }) => type === 'response.create')).toBe(false)
    spoke(session, { item: 'a1', text: 'Yes, it is.' })
    carrier.returns(marks)
    await pass(1_000)
    await asksForGoodbye(session)
    carrier.socket.close()
  })

  test('a callee who speaks into the goodbye is answered, and then told goodbye again', async () => {
    const { carrier, session, pass } = await inConversation(media)
    starts(session, 'u0')
    await pass(60_000)
    stops(session, 'u0', 'a0')
    await pass(1_000)
    await asksForGoodbye(session)
    speaks(session, { item: 'a1', text: 'I have to go. Goodbye.', pieces: 2 })
    await carrier.marks(2)
    starts(session, 'u1')
    await carrier.next('clear')
    spoke(session, { item: 'a1', text: 'I have to go. Goodbye.', status: 'cancelled' })
    stops(session, 'u1', 'a1')
    speaks(session, { item: 'a2', previous: 'u1', text: 'Yes.', pieces: 1 })
    spoke(session, { item: 'a2', text: 'Yes.' })
    carrier.returns(await carrier.marks(1))
    await pass(1_000)
    await asksForGoodbye(session)
    carrier.socket.close()
  })

  test('a callee who never stops is not listened to for ever', async () => {
    const { callId, carrier, session, result } = await inConversation(media)
    starts(session, 'u1')
    carrier.pass(90_000)
    expect(await carrier.closed).toBe(1000)
    transcribes(session, 'u1', 'And another thing')
    await result
    expect((await storedConversation(media, callId)).conversation.ended).toMatchObject({ reason: 'max_duration' })
  })
})

describe('a callee who hangs up', () => {
  test('during the goodbye has heard a part of it, and the conversation has ended', async () => {
    const { callId, carrier, session, pass, result } = await inConversation(media)
    saysGoodbye(session)
    const marks = await carrier.marks(4)
    carrier.returns(marks.slice(0, 3))
    await pass(100)
    carrier.send('stop', { stop: {} })
    await hungUp(media, callId)
    expect(await result).toEqual({ kind: 'ended' })
    const { conversation, turns } = await storedConversation(media, callId)
    expect(conversation.sealed).not.toBeNull()
    expect(turns).toMatchObject([{ text: 'Thank you.', interrupted: true }])
  })

  test('before anybody has spoken leaves no turns', async () => {
    const { callId, carrier, session, result } = await inConversation(media)
    carrier.send('stop', { stop: {} })
    await hungUp(media, callId)
    expect(await result).toEqual({ kind: 'ended' })
    expect((await storedConversation(media, callId)).turns).toEqual([])
    await session.closed
  })

  test('in a sentence that the model has only begun to hear: its words are asked for, and stored', async () => {
    const { callId, carrier, session, result } = await inConversation(media)
    carrier.send('stop', { stop: {} })
    starts(session, 'u1')
    await session.next('input_audio_buffer.commit')
    session.send('input_audio_buffer.committed', { item_id: 'u1', previous_item_id: null })
    transcribes(session, 'u1', 'No, I')
    await hungUp(media, callId)
    await result
    expect((await storedConversation(media, callId)).turns).toMatchObject([{ role: 'callee', text: 'No, I' }])
  })
})
