import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import {
  endsCall,
  hungUp,
  inConversation as startConversation,
  storedConversation,
} from '../support/media-conversation.ts'
import { startMedia } from '../support/media-host.ts'
import type { Media } from '../support/media-host.ts'
import { hears, PIECE, speaks, spoke, starts, stops, transcribes } from '../support/media-model.ts'

let media: Media
beforeAll(async () => {
  media = await startMedia()
})
afterAll(async () => await media.stop())

const inConversation = (options: Parameters<Media['converse']>[0] = {}) => startConversation(media, options)
const stored = (callId: string) => storedConversation(media, callId)

describe('a conversation that goes well', () => {
  test('ends when the goodbye was heard: the end is stored, the socket closed, the words complete and in order', async () => {
    const { callId, carrier, session, result, pass, passUntilClosed } = await inConversation()
    await pass(480)
    hears(session, 'u1', 100)
    speaks(session, { item: 'a1', previous: 'u1', text: 'Thank you. Goodbye.', pieces: 2 })
    endsCall(session)
    spoke(session, { item: 'a1', text: 'Thank you. Goodbye.' })
    const marks = await carrier.marks(2)
    expect(
      carrier.messages.filter(({ event }) => event === 'media').map(({ media: audio }) => audio?.payload),
    ).toEqual([PIECE, PIECE])
    carrier.returns(marks.slice(0, 1))
    await pass(100)
    transcribes(session, 'u1', 'Hello, how can I help you?')
    carrier.returns(marks.slice(1))
    expect(await passUntilClosed()).toBe(1000)
    expect(await result).toEqual({ kind: 'ended' })
    const { conversation, turns } = await stored(callId)
    expect(conversation).toMatchObject({
      ended: { by: 'host', reason: 'agent_ended' },
      sealed: expect.any(Date),
    })
    expect(conversation.mediaMs).toBeGreaterThanOrEqual(900)
    expect(turns).toEqual([
      { role: 'callee', text: 'Hello, how can I help you?', atMs: 100, interrupted: false },
      { role: 'agent', text: 'Thank you. Goodbye.', atMs: 500, interrupted: false },
    ])
  })

  test('waits for words that are transcribed late before it is sealed', async () => {
    const { callId, carrier, session, result, passUntilClosed } = await inConversation()
    hears(session, 'u1', 0)
    speaks(session, { item: 'a1', previous: 'u1', text: 'Goodbye.', pieces: 1 })
    endsCall(session)
    spoke(session, { item: 'a1', text: 'Goodbye.' })
    carrier.returns(await carrier.marks(1))
    await passUntilClosed()
    transcribes(session, 'u1', 'Bye.')
    await result
    expect((await stored(callId)).turns.map(({ text }) => text)).toEqual(['Bye.', 'Goodbye.'])
  })

  test('goes on when the callee speaks into the goodbye', async () => {
    const { callId, carrier, session, pass } = await inConversation()
    speaks(session, { item: 'a1', text: 'Goodbye.', pieces: 1 })
    endsCall(session)
    spoke(session, { item: 'a1', text: 'Goodbye.' })
    const marks = await carrier.marks(1)
    starts(session, 'u1')
    expect(await session.next('conversation.item.create')).toMatchObject({
      item: { type: 'function_call_output' },
    })
    carrier.returns(marks)
    await pass(1_000)
    expect((await stored(callId)).conversation.ended).toBeNull()
    carrier.socket.close()
  })

  test('the website is put before the model as data, ahead of the conversation', async () => {
    const { carrier, session } = await inConversation({
      context: { kind: 'read', by: 'http', title: 'Nopa', text: 'Open daily' },
    })
    expect(session.events[0]).toMatchObject({
      session: { instructions: expect.not.stringContaining('Open daily') },
    })
    expect(await session.next('conversation.item.create')).toMatchObject({
      item: { role: 'user', content: [{ type: 'input_text', text: expect.stringContaining('Open daily') }] },
    })
    carrier.socket.close()
  })
})

describe('a conversation that never begins', () => {
  test('is over when the carrier says that nobody answered', async () => {
    const { callId, isReady, result } = media.converse()
    await isReady()
    const session = await media.model.nextSession()
    await media.conversations.end(callId, { by: 'carrier', reason: 'not_answered', at: new Date() })
    expect(await result).toEqual({ kind: 'ended' })
    await session.closed
  })

  test('is not begun again', async () => {
    const { callId, isReady, result } = media.converse()
    await isReady()
    await media.model.nextSession()
    await media.conversations.end(callId, { by: 'carrier', reason: 'not_answered', at: new Date() })
    await result
    expect(await media.converse({ callId, generation: 2 }).result).toEqual({ kind: 'ended' })
  })
})

describe('barge-in', () => {
  test('clears the carrier, then truncates to what marks prove, and drops late audio of what was cut', async () => {
    const { callId, carrier, session, pass, result } = await inConversation()
    const text = 'I would like to book a table please'
    speaks(session, { item: 'a1', text, pieces: 4 })
    const marks = await carrier.marks(4)
    carrier.returns(marks.slice(0, 2))
    await pass(20)
    starts(session, 'u1')
    await carrier.next('clear')
    expect(await session.next('conversation.item.truncate')).toMatchObject({
      item_id: 'a1',
      content_index: 0,
      audio_end_ms: 200,
    })
    // The clear sends the other marks back, and late audio still comes.
    carrier.returns(marks.slice(2))
    session.send('response.output_audio.delta', { item_id: 'a1', content_index: 0, delta: PIECE })
    spoke(session, { item: 'a1', text, status: 'cancelled' })
    stops(session, 'u1', 'a1')
    transcribes(session, 'u1', 'Wait.')
    speaks(session, { item: 'a2', previous: 'u1', text: 'Yes?', pieces: 1 })
    carrier.returns(await carrier.marks(1))
    spoke(session, { item: 'a2', text: 'Yes?' })
    await pass(1_000)
    expect(carrier.messages.filter(({ event }) => event === 'media')).toHaveLength(5)
    carrier.send('stop', { stop: {} })
    await hungUp(media, callId)
    await result
    const { turns } = await stored(callId)
    // 200 ms of 500 ms were heard, and of the last word that was made there may be no more than a part.
    expect(turns.map(({ text: words, interrupted }) => [words, interrupted])).toEqual([
      ['I would', true],
      ['Wait.', false],
      ['Yes?', false],
    ])
  })

  test('clears nothing when nothing is being said', async () => {
    const { carrier, session, pass } = await inConversation()
    hears(session, 'u1', 0)
    speaks(session, { item: 'a1', previous: 'u1', text: 'Yes.', pieces: 1 })
    spoke(session, { item: 'a1', text: 'Yes.' })
    carrier.returns(await carrier.marks(1))
    await pass(20)
    hears(session, 'u2', 200, 'a1')
    speaks(session, { item: 'a2', previous: 'u2', text: 'No.', pieces: 1 })
    await carrier.marks(1)
    expect(carrier.messages.some(({ event }) => event === 'clear')).toBe(false)
    carrier.socket.close()
  })
})

describe('limits, in media time', () => {
  const directives = (session: { events: { type: string }[] }) =>
    session.events.filter(({ type }) => type === 'response.create').map(event => JSON.stringify(event))

  test('the agent begins, asks whether anyone is there, and gives up', async () => {
    const { callId, carrier, session, result } = await inConversation()
    carrier.pass(2_000)
    expect(JSON.stringify(await session.next('response.create'))).toContain(media.directives.speak_first)
    session.send('response.created', { response: { id: 'r1' } })
    spoke(session, { item: 'a1', text: '' })
    carrier.pass(8_000)
    expect(JSON.stringify(await session.next('response.create'))).toContain(media.directives.ask_if_there)
    session.send('response.created', { response: { id: 'r2' } })
    spoke(session, { item: 'a2', text: '' })
    carrier.pass(20_000)
    expect(await carrier.closed).toBe(1000)
    expect(await result).toEqual({ kind: 'ended' })
    expect((await stored(callId)).conversation.ended).toMatchObject({ by: 'host', reason: 'silence' })
    expect(directives(session)).toHaveLength(2)
  })
})

describe('others decide', () => {
  test('a stop ends nothing by itself: the carrier’s word does, with what was heard last', async () => {
    const { callId, carrier, session, result } = await inConversation()
    speaks(session, { item: 'a1', text: 'One two three four', pieces: 4 })
    carrier.returns((await carrier.marks(4)).slice(0, 2))
    starts(session, 'u1', 0)
    await carrier.next('clear')
    carrier.send('stop', { stop: {} })
    // Nobody will be silent for long enough any more: the words so far are committed by hand.
    await session.next('input_audio_buffer.commit')
    expect((await stored(callId)).conversation.ended).toBeNull()
    session.send('input_audio_buffer.committed', { item_id: 'u1', previous_item_id: 'a1' })
    transcribes(session, 'u1', 'Bye.')
    await hungUp(media, callId)
    expect(await result).toEqual({ kind: 'ended' })
    const { conversation, turns } = await stored(callId)
    expect(conversation.sealed).not.toBeNull()
    expect(turns.map(({ text, interrupted }) => [text, interrupted])).toEqual([
      ['One two', true],
      ['Bye.', false],
    ])
  })

  test('an end that was set by the workflow closes the stream', async () => {
    const { callId, carrier, result } = await inConversation()
    await media.conversations.end(callId, { by: 'workflow', reason: 'canceled', at: new Date() })
    expect(await carrier.closed).toBe(1000)
    expect(await result).toEqual({ kind: 'ended' })
  })

  test('a newer generation takes over with its own stream, and is told what was said', async () => {
    const old = await inConversation()
    speaks(old.session, { item: 'a1', text: 'Good day.', pieces: 1 })
    spoke(old.session, { item: 'a1', text: 'Good day.' })
    old.carrier.returns(await old.carrier.marks(1))
    speaks(old.session, { item: 'a2', previous: 'a1', text: 'One two three four', pieces: 2 })
    old.carrier.returns((await old.carrier.marks(2)).slice(0, 1))
    old.carrier.pass(1_000)
    await expect
      .poll(async () => (await stored(old.callId)).turns.map(({ text }) => text))
      .toEqual(['Good day.', 'One two'])
    const next = media.converse({ callId: old.callId, generation: 2 })
    const carrier = await next.connect()
    const session = await media.model.nextSession()
    expect(await old.carrier.closed).toBe(1001)
    expect(await old.result).toEqual({ kind: 'superseded' })
    expect(JSON.stringify(await session.next('response.create'))).toContain(media.directives.go_on)
    const told = session.events.filter(({ type }) => type === 'conversation.item.create')
    expect(JSON.stringify(told)).toMatch(/assistant.*Good day\..*assistant.*One two/)
    speaks(session, { item: 'a1', text: 'Sorry.', pieces: 1 })
    spoke(session, { item: 'a1', text: 'Sorry.' })
    carrier.returns(await carrier.marks(1))
    await expect
      .poll(async () => (await stored(old.callId)).turns)
      .toEqual([
        { role: 'agent', text: 'Good day.', atMs: 20, interrupted: false },
        { role: 'agent', text: 'One two', atMs: 20, interrupted: true },
        { role: 'agent', text: 'Sorry.', atMs: expect.any(Number), interrupted: false },
      ])
    carrier.socket.close()
  })
})

describe('what is lost', () => {
  test('a model session that drops is replaced, the phone does not notice, and the new one is told what was said', async () => {
    const { callId, carrier, session } = await inConversation()
    hears(session, 'u1', 0)
    transcribes(session, 'u1', 'Hello?')
    speaks(session, { item: 'a1', previous: 'u1', text: 'One two three four', pieces: 2 })
    const marks = await carrier.marks(2)
    session.drop()
    const second = await media.model.nextSession()
    expect(await second.next('conversation.item.create')).toMatchObject({ item: { role: 'user' } })
    carrier.returns(marks)
    expect(JSON.stringify(await second.next('response.create'))).toContain(media.directives.go_on)
    speaks(second, { item: 'a1', text: 'Sorry, could you repeat that?', pieces: 1 })
    spoke(second, { item: 'a1', text: 'Sorry, could you repeat that?' })
    carrier.returns(await carrier.marks(1))
    await expect
      .poll(async () => (await stored(callId)).turns.map(({ text, interrupted }) => [text, interrupted]))
      .toEqual([
        ['Hello?', false],
        ['One two three', true],
        ['Sorry, could you repeat that?', false],
      ])
    expect(carrier.messages.some(({ event }) => event === 'clear')).toBe(false)
    carrier.socket.close()
  })

  test('a model that cannot be had any more ends the call', async () => {
    const { callId, carrier, session, result } = await inConversation()
    media.model.refuse(() => ({ status: 401 }))
    session.drop()
    expect(await carrier.closed).toBe(1000)
    expect(await result).toEqual({ kind: 'ended' })
    media.model.refuse(() => null)
    expect((await stored(callId)).conversation.ended).toMatchObject({ by: 'host', reason: 'model_lost' })
  })

  test('a model that refuses the session is no reason to dial', async () => {
    media.model.refuse(() => ({ status: 401 }))
    const { result } = media.converse()
    expect(await result).toMatchObject({ kind: 'refused', code: 'model_unavailable' })
    media.model.refuse(() => null)
  })

  test('a call that is not there is refused', async () => {
    expect(await media.converse({ callId: 'cl_nowhere' }).result).toMatchObject({
      kind: 'refused',
      code: 'call_not_found',
    })
  })
})
