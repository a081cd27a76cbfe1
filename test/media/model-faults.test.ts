// The model fails in the middle of a conversation. The phone leg is one socket in each of these tests: where it went on,
// it was not touched.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import {
  inConversation as startConversation,
  passBetween,
  storedConversation,
} from '../support/media-conversation.ts'
import { startMedia } from '../support/media-host.ts'
import type { Media } from '../support/media-host.ts'
import { hears, speaks, spoke, transcribes } from '../support/media-model.ts'
import type { ScriptedSession } from '../support/media-model.ts'

let media: Media
beforeAll(async () => {
  media = await startMedia()
})
afterAll(async () => await media.stop())

const inConversation = async () => {
  const conversation = await startConversation(media)
  /** Lets media time pass, frame by frame, until something has happened. */
  const passUntil = async (happened: Promise<unknown>): Promise<void> => {
    const moment = { isOver: false }
    void happened.then(() => (moment.isOver = true))
    while (!moment.isOver) await conversation.pass(20)
  }
  return { ...conversation, passUntil }
}
const stored = async (callId: string) => (await storedConversation(media, callId)).turns
const wordsOf = async (callId: string) =>
  (await stored(callId)).map(({ role, text, interrupted }) => [role, text, interrupted])

/** A sound of the callee's that is told apart from others. */
const sound = (n: number): Uint8Array => new Uint8Array(160).fill(n)
const base64 = (n: number): string => Buffer.from(sound(n)).toString('base64')

/** What a session is told was said before it. */
const toldOf = ({ events }: ScriptedSession) =>
  events.flatMap(({ type, item }) =>
    type === 'conversation.item.create'
      ? (item as { content: { text: string }[] }).content.map(({ text }) => text)
      : [],
  )

describe('a sentence that breaks off with its session', () => {
  test('is played as far as it was sent, and the next session knows it as said so far and goes on from there', async () => {
    const { callId, carrier, session, pass } = await inConversation()
    hears(session, 'u1', 0)
    transcribes(session, 'u1', 'Hello?')
    speaks(session, { item: 'a1', previous: 'u1', text: 'I would like to book a table for tw', pieces: 4 })
    const marks = await carrier.marks(4)
    carrier.returns(marks.slice(0, 1))
    await pass(20)
    session.send('error', { error: { type: 'server_error', message: 'no' } })
    const second = await media.model.nextSession()
    expect(JSON.stringify(await second.next('response.create'))).toContain(media.directives.go_on)
    expect(toldOf(second)).toEqual(['Hello?', 'I would like to book a table for'])
    carrier.returns(marks.slice(1))
    speaks(second, { item: 'b1', text: 'two at seven.', pieces: 1 })
    spoke(second, { item: 'b1', text: 'two at seven.' })
    carrier.returns(await carrier.marks(1))
    await expect
      .poll(async () => await wordsOf(callId))
      .toEqual([
        ['callee', 'Hello?', false],
        ['agent', 'I would like to book a table for', true],
        ['agent', 'two at seven.', false],
      ])
    expect(carrier.messages.some(({ event }) => event === 'clear')).toBe(false)
    carrier.socket.close()
  })

  test('is nobody’s to go on with when it was said to its end: the callee has the word', async () => {
    const { carrier, session } = await inConversation()
    speaks(session, { item: 'a1', text: 'What time would suit you?', pieces: 1 })
    spoke(session, { item: 'a1', text: 'What time would suit you?' })
    carrier.returns(await carrier.marks(1))
    session.drop()
    const second = await media.model.nextSession()
    await passBetween(carrier, second, 5_000)
    expect(second.events.some(({ type }) => type === 'response.create')).toBe(false)
    carrier.socket.close()
  })
})

describe('what the callee says while the model breaks', () => {
  test('is heard again by the next session where no words of it were known, and keeps its place', async () => {
    const { callId, carrier, session } = await inConversation()
    carrier.sounds([sound(1), sound(2), sound(3)])
    for (let frame = 0; frame < 3; frame++) await session.next('input_audio_buffer.append')
    // 20 ms of silence came before.
    hears(session, 'u1', 40)
    speaks(session, { item: 'a1', previous: 'u1', text: 'One two three', pieces: 2 })
    const marks = await carrier.marks(2)
    session.drop()
    const second = await media.model.nextSession()
    for (const n of [2, 3]) expect((await second.next('input_audio_buffer.append'))['audio']).toBe(base64(n))
    // Nobody has spoken into the agent: it is what was said before.
    hears(second, 'u1', 0)
    transcribes(second, 'u1', 'Hello, who is there?')
    carrier.returns(marks)
    speaks(second, { item: 'b1', previous: 'u1', text: 'An assistant.', pieces: 1 })
    spoke(second, { item: 'b1', text: 'An assistant.' })
    carrier.returns(await carrier.marks(1))
    await expect
      .poll(async () => await wordsOf(callId))
      .toEqual([
        ['callee', 'Hello, who is there?', false],
        ['agent', 'One two', true],
        ['agent', 'An assistant.', false],
      ])
    expect(carrier.messages.some(({ event }) => event === 'clear')).toBe(false)
    carrier.socket.close()
  })

  test('is kept while there is no session, and heard once', async () => {
    const { carrier, session, pass } = await inConversation()
    hears(session, 'u1', 0)
    transcribes(session, 'u1', 'Hello?')
    await pass(1_000)
    let refused = 0
    const isRefused = Promise.withResolvers<void>()
    media.model.refuse(() => {
      isRefused.resolve()
      return refused++ === 0 ? { status: 503 } : null
    })
    session.drop()
    await isRefused.promise
    carrier.sounds([sound(4), sound(5)])
    const second = await media.model.nextSession()
    await expect
      .poll(() => second.events.filter(({ audio }) => audio === base64(4) || audio === base64(5)))
      .toHaveLength(2)
    expect(second.events.filter(({ type }) => type === 'input_audio_buffer.append').length).toBeLessThan(30)
    carrier.socket.close()
  })
})

describe('a session that is open and gives nothing', () => {
  test('is replaced when a response was asked for and no word came for ten seconds', async () => {
    const { carrier, session, pass } = await inConversation()
    hears(session, 'u1', 0)
    transcribes(session, 'u1', 'Hello?')
    session.send('response.created', { response: { id: 'r1' } })
    await pass(9_900)
    expect(carrier.socket.readyState).toBe(carrier.socket.OPEN)
    carrier.pass(200)
    const second = await media.model.nextSession()
    await session.closed
    expect(await second.next('response.create')).not.toHaveProperty('response')
    carrier.socket.close()
  })

  test('is replaced when the callee has finished and no response begins', async () => {
    const { carrier, session } = await inConversation()
    hears(session, 'u1', 0)
    carrier.pass(10_100)
    await media.model.nextSession()
    await session.closed
    carrier.socket.close()
  })

  test('is kept as long as it owes nothing', async () => {
    const { carrier, session, pass } = await inConversation()
    hears(session, 'u1', 0)
    speaks(session, { item: 'a1', previous: 'u1', text: 'One moment.', pieces: 1 })
    spoke(session, { item: 'a1', text: 'One moment.' })
    const marks = await carrier.marks(1)
    await pass(20)
    carrier.returns(marks)
    await pass(9_000)
    expect(session.events.filter(({ type }) => type === 'response.create')).toEqual([])
    carrier.socket.close()
  })
})

describe('within limits', () => {
  test('a response that failed is asked for again, and after the third the session is replaced', async () => {
    const { carrier, session, passUntil } = await inConversation()
    hears(session, 'u1', 0)
    transcribes(session, 'u1', 'Hello?')
    const fails = () => {
      session.send('response.created', { response: { id: 'r' } })
      session.send('response.done', { response: { id: 'r', status: 'failed', output: [] } })
    }
    fails()
    for (let failure = 1; failure < 3; failure++) {
      const asked = session.next('response.create')
      await passUntil(asked)
      fails()
    }
    const second = await media.model.nextSession()
    expect(await second.next('response.create')).not.toHaveProperty('response')
    carrier.socket.close()
  })

  test('four sessions that are lost without a response between are an end; one that answered counts anew', async () => {
    const { callId, carrier, session, result } = await inConversation()
    let last = session
    const loseOne = async () => {
      last.drop()
      last = await media.model.nextSession()
      // It is in use, not only being set up.
      await last.next('input_audio_buffer.append')
    }
    for (let loss = 0; loss < 3; loss++) await loseOne()
    speaks(last, { item: 'a1', text: 'Hello.', pieces: 1 })
    spoke(last, { item: 'a1', text: 'Hello.' })
    carrier.returns(await carrier.marks(1))
    for (let loss = 0; loss < 3; loss++) await loseOne()
    last.drop()
    expect(await carrier.closed).toBe(1000)
    expect(await result).toEqual({ kind: 'ended' })
    const { conversation } = await storedConversation(media, callId)
    expect(conversation.ended).toMatchObject({ by: 'host', reason: 'model_lost' })
  })
})
