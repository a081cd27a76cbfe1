import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { hearAll } from '../../../src/sandbox/model/realtime/hearing.ts'
import { encodeSample, silence } from '../../../src/sandbox/voice/mulaw.ts'
import { configure, connect, spoken, startModel } from './client.ts'
import type { Client } from './client.ts'

const INSTRUCTIONS = `You are an AI assistant and say so. <objective>Book a table for 2 at 7pm at Nopa</objective>`
const OPENING = 'Hello, this is an AI assistant. I would like to book a table for 2 at 7pm, please.'
const END_CALL = {
  type: 'function',
  name: 'end_call',
  description: 'Ends the call.',
  parameters: { type: 'object', properties: { reason: { type: 'string' } }, required: ['reason'] },
}
const SESSION = { instructions: INSTRUCTIONS, tools: [END_CALL] }

let model: Awaited<ReturnType<typeof startModel>>
/** Speaks slowly enough to be interrupted, however busy the machine is. */
let slowModel: typeof model
let client: Client

beforeAll(async () => {
  model = await startModel()
  slowModel = await startModel(2)
})
afterAll(() => Promise.all([model.close(), slowModel.close()]))
beforeEach(async () => {
  client = await connect(model.host)
})
afterEach(() => client.socket.terminate())

const connectSlowly = async (session: Record<string, unknown>, input: object = {}): Promise<Client> => {
  const slow = await connect(slowModel.host)
  await configure(slow, session, input)
  return slow
}

const replay = (client: Client, role: 'user' | 'assistant', text: string): void =>
  client.send('conversation.item.create', {
    item: { type: 'message', role, content: [{ type: role === 'user' ? 'input_text' : 'output_text', text }] },
  })

describe('opening a session', () => {
  test.each([
    ['a wrong key', '/v1/realtime?model=gpt-realtime', 'sk-wrong', 401, 'invalid_api_key'],
    ['no model', '/v1/realtime', 'sk-sandbox', 400, 'missing_model'],
    ['an unknown model', '/v1/realtime?model=llama', 'sk-sandbox', 404, 'model_not_found'],
  ])('with %s is refused in the shape of the API', async (_, path, key, status, code) => {
    const socket = new WebSocket(`ws://${model.host}${path}`, { headers: { authorization: `Bearer ${key}` } })
    const [, response] = await once(socket, 'unexpected-response')
    expect(response.statusCode).toBe(status)
    const body = JSON.parse((await response.toArray()).join(''))
    expect(body.error).toMatchObject({ type: 'invalid_request_error', code })
    socket.on('error', () => undefined)
    socket.terminate()
  })

  test('shows the default configuration first', async () => {
    const { event_id, session } = await client.next('session.created')
    expect(event_id).toMatch(/^event_/)
    expect(session).toMatchObject({ type: 'realtime', object: 'realtime.session', model: 'gpt-realtime' })
    expect(session.audio.input.turn_detection).toMatchObject({ type: 'server_vad', silence_duration_ms: 500 })
  })
})

describe('session.update', () => {
  test('changes only what it names and shows the whole configuration', async () => {
    await configure(client, SESSION)
    const session = await configure(client, { tool_choice: 'none' }, { turn_detection: null })
    expect(session).toMatchObject({ instructions: INSTRUCTIONS, tools: [END_CALL], tool_choice: 'none' })
    expect(session.audio.input).toMatchObject({ format: { type: 'audio/pcmu' }, turn_detection: null })
  })

  test.each([
    [{ type: 'realtime', voice: 'marin' }, 'unknown_parameter', 'session.voice'],
    [{ instructions: 'hi' }, 'missing_required_parameter', 'session.type'],
    [{ type: 'realtime', instructions: 1 }, 'invalid_type', 'session.instructions'],
    [{ type: 'realtime', tools: [{ ...END_CALL, meta: {} }] }, 'unknown_parameter', 'session.tools[0].meta'],
    [{ type: 'realtime', output_modalities: ['smell'] }, 'invalid_value', 'session.output_modalities[0]'],
    [{ type: 'realtime', audio: { output: { voice: 'x' } } }, 'invalid_value', 'session.audio.output.voice'],
    [{ type: 'realtime', audio: { output: { speed: 3 } } }, 'invalid_value', 'session.audio.output.speed'],
    [{ type: 'realtime', model: 'gpt-4o-realtime' }, 'cannot_update_model', 'session.model'],
    [
      { type: 'realtime', audio: { input: { format: { type: 'audio/pcma' } } } },
      'unsupported_by_sandbox',
      'session.audio.input.format',
    ],
    [
      { type: 'realtime', audio: { input: { turn_detection: { type: 'server_vad', create_response: null } } } },
      'invalid_type',
      'session.audio.input.turn_detection.create_response',
    ],
  ])('%j is an error and nothing of it is applied', async (session, code, param) => {
    client.send('session.update', { event_id: 'mine', session: { max_output_tokens: 77, ...session } })
    const { error } = await client.next('error')
    expect(error).toMatchObject({ type: 'invalid_request_error', code, param, event_id: 'mine' })
    expect(error.message).toEqual(expect.any(String))
    expect(await configure(client)).toMatchObject({ max_output_tokens: 'inf' })
  })

  test('cannot change the voice once it was heard', async () => {
    await configure(client, SESSION)
    client.send('response.create')
    await client.next('response.done')
    client.send('session.update', { session: { type: 'realtime', audio: { output: { voice: 'cedar' } } } })
    expect((await client.next('error')).error.code).toBe('cannot_update_voice')
  })
})

test.each([
  ['not json', 'invalid_json', null],
  ['{"type":"response.audio"}', 'invalid_value', 'type'],
  ['{}', 'missing_required_parameter', 'type'],
  ['{"type":"input_audio_buffer.append","audio":"%"}', 'invalid_value', 'audio'],
])('the text %s is answered with an error, and the session goes on', async (text, code, param) => {
  client.socket.send(text)
  expect((await client.next('error')).error).toMatchObject({ code, param })
  await configure(client)
})

describe('a response', () => {
  beforeEach(() => configure(client, SESSION))

  test('comes as the documented events, in their order, and its audio says its transcript', async () => {
    client.send('response.create')
    const { response } = await client.next('response.done')
    await client.next('rate_limits.updated')
    const inner = client
      .types()
      .slice(2)
      .filter(type => !type.endsWith('.delta'))
    expect(inner).toEqual([
      'response.created',
      'response.output_item.added',
      'conversation.item.added',
      'response.content_part.added',
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'response.output_item.done',
      'conversation.item.done',
      'response.done',
      'rate_limits.updated',
    ])
    expect(response).toMatchObject({ object: 'realtime.response', status: 'completed' })
    expect(response.usage.total_tokens).toBe(response.usage.input_tokens + response.usage.output_tokens)
    const [item] = response.output
    expect(item.content).toEqual([{ type: 'output_audio', transcript: OPENING }])
    expect(hearAll(client.audioOf(item.id))).toBe(OPENING)
    const deltas = client.events.filter(({ type }) => type === 'response.output_audio_transcript.delta')
    expect(deltas.map(({ delta }) => delta).join('')).toBe(OPENING)
    const lengths = client.events
      .filter(({ type }) => type === 'response.output_audio.delta')
      .map(({ delta }) => Buffer.from(delta, 'base64').length)
    expect(lengths.some(length => length % 160 !== 0)).toBe(true)
    expect(new Set(client.events.map(({ event_id }) => event_id)).size).toBe(client.events.length)
  })

  test('is the only one at a time', async () => {
    const client = await connectSlowly(SESSION)
    client.send('response.create')
    client.send('response.create', { event_id: 'second' })
    expect((await client.next('error')).error).toMatchObject({
      code: 'conversation_already_has_active_response',
      event_id: 'second',
    })
    expect((await client.next('response.done')).response.status).toBe('completed')
  })

  test('that is cancelled closes all it opened and keeps what was said', async () => {
    const client = await connectSlowly(SESSION)
    client.send('response.create')
    await client.next('response.output_audio.delta')
    client.send('response.cancel')
    await client.next('response.output_audio.done')
    const { item } = await client.next('response.output_item.done')
    expect(item.status).toBe('incomplete')
    const { response } = await client.next('response.done')
    expect(response).toMatchObject({
      status: 'cancelled',
      status_details: { type: 'cancelled', reason: 'client_cancelled' },
    })
    const { transcript } = response.output[0].content[0]
    expect(OPENING.startsWith(transcript)).toBe(true)
    expect(transcript).not.toBe(OPENING)
    client.send('response.cancel')
    expect((await client.next('error')).error.code).toBe('response_cancel_not_active')
  })

  test('calls a function after its goodbye, and does nothing at the output until it is asked', async () => {
    replay(client, 'assistant', OPENING)
    replay(client, 'user', 'I am sorry, we are fully booked.')
    client.send('response.create')
    const { name, arguments: args, call_id } = await client.next('response.function_call_arguments.done')
    expect(name).toBe('end_call')
    expect(JSON.parse(args)).toEqual({ reason: expect.stringContaining('table for 2') })
    const { response } = await client.next('response.done')
    expect(response.output).toMatchObject([
      { type: 'message', content: [{ transcript: 'I understand. Thank you for your time. Goodbye.' }] },
      { type: 'function_call', status: 'completed', name: 'end_call', call_id, arguments: args },
    ])
    client.send('conversation.item.create', { item: { type: 'function_call_output', call_id, output: '{}' } })
    await client.next('conversation.item.done')
    client.send('response.cancel')
    expect((await client.next('error')).error.code).toBe('response_cancel_not_active')
  })

  test('obeys instructions of its own', async () => {
    client.send('response.create', { response: { instructions: 'Say goodbye in one sentence and end the call.' } })
    const { response } = await client.next('response.done')
    expect(response.output.map(({ type }: { type: string }) => type)).toEqual(['message', 'function_call'])
    expect(response.output[0].content[0].transcript).toContain('Goodbye')
  })

  test.each([
    [{ conversation: 'none' }, 'response.conversation'],
    [{ input: [] }, 'response.input'],
    [{ output_modalities: ['text'] }, 'response.output_modalities'],
  ])('with %j is refused, for the sandbox has no such thing', async (response, param) => {
    client.send('response.create', { response })
    expect((await client.next('error')).error).toMatchObject({ code: 'unsupported_by_sandbox', param })
  })
})

describe('items', () => {
  beforeEach(() => configure(client, SESSION))

  test('that were replayed continue a conversation without greeting again', async () => {
    replay(client, 'user', '<website>We are open. What name should I put it under?</website>')
    replay(client, 'user', 'Hello, how can I help you?')
    replay(client, 'assistant', OPENING)
    replay(client, 'user', 'Yes, a table for 2 at 7pm is fine. What name should I put it under?')
    client.send('response.create')
    expect((await client.next('response.done')).response.output[0].content[0].transcript).toBe(
      'Please put it under Errand.',
    )
  })

  test('are inserted where they are asked for, retrieved and deleted', async () => {
    replay(client, 'user', 'second')
    const second = (await client.next('conversation.item.done')).item.id
    const item = { id: 'first', type: 'message', role: 'user', content: [{ type: 'input_text', text: 'first' }] }
    client.send('conversation.item.create', { previous_item_id: 'root', item })
    expect((await client.next('conversation.item.added')).previous_item_id).toBe(null)
    client.send('conversation.item.retrieve', { item_id: second })
    expect((await client.next('conversation.item.retrieved')).item.content[0].text).toBe('second')
    client.send('conversation.item.delete', { item_id: second })
    expect((await client.next('conversation.item.deleted')).item_id).toBe(second)
    client.send('conversation.item.delete', { item_id: second })
    expect((await client.next('error')).error).toMatchObject({
      code: 'item_delete_invalid_item_id',
      param: 'item_id',
    })
  })

  test('that do not fit are refused', async () => {
    const output = { type: 'function_call_output', call_id: 'none', output: '' }
    client.send('conversation.item.create', { item: output })
    expect((await client.next('error')).error.code).toBe('invalid_tool_call_id')
    const audio = { type: 'message', role: 'assistant', content: [{ type: 'output_audio', transcript: 'x' }] }
    client.send('conversation.item.create', { item: audio })
    expect((await client.next('error')).error).toMatchObject({
      code: 'invalid_value',
      param: 'item.content[0].type',
    })
  })
})

describe('truncation', () => {
  beforeEach(() => configure(client, SESSION))

  test('takes the transcript away and leaves the audio that was heard', async () => {
    client.send('response.create')
    const { id } = (await client.next('response.done')).response.output[0]
    const lengthMs = client.audioOf(id).length / 8
    client.send('conversation.item.truncate', { item_id: id, content_index: 0, audio_end_ms: lengthMs + 1 })
    expect((await client.next('error')).error).toMatchObject({ code: 'invalid_value', param: 'audio_end_ms' })
    client.send('conversation.item.truncate', { item_id: id, content_index: 0, audio_end_ms: 1000 })
    expect(await client.next('conversation.item.truncated')).toMatchObject({ item_id: id, audio_end_ms: 1000 })
    client.send('conversation.item.retrieve', { item_id: id })
    const [part] = (await client.next('conversation.item.retrieved')).item.content
    expect(part).not.toHaveProperty('transcript')
    expect(Buffer.from(part.audio, 'base64')).toHaveLength(8000)
  })

  test('makes the model say again what was not heard', async () => {
    client.send('response.create')
    const { id } = (await client.next('response.done')).response.output[0]
    client.send('conversation.item.truncate', { item_id: id, content_index: 0, audio_end_ms: 1000 })
    replay(client, 'user', 'Hello?')
    client.send('response.create')
    expect((await client.next('response.done')).response.output[0].content[0].transcript).toBe(OPENING)
  })

  test('is for the audio of the assistant only', async () => {
    replay(client, 'user', 'Hello?')
    const { id } = (await client.next('conversation.item.done')).item
    client.send('conversation.item.truncate', { item_id: id, content_index: 0, audio_end_ms: 0 })
    expect((await client.next('error')).error).toMatchObject({ code: 'invalid_value', param: 'item_id' })
  })
})

describe('voice activity', () => {
  test('turns speech into an item, an answer, and a transcription that comes late', async () => {
    await configure(client, SESSION)
    client.append(silence(8000), spoken('Hello, how can I help you?', 500))
    const started = await client.next('input_audio_buffer.speech_started')
    expect(started.audio_start_ms).toBe(700)
    const stopped = await client.next('input_audio_buffer.speech_stopped')
    // 26 characters take 1,740 ms; the end includes the silence that proves it.
    expect(stopped).toMatchObject({ audio_end_ms: 1000 + 1740 + 500, item_id: started.item_id })
    expect(await client.next('input_audio_buffer.committed')).toMatchObject({ item_id: started.item_id })
    const { item } = await client.next('conversation.item.added')
    expect(item).toMatchObject({ id: started.item_id, content: [{ type: 'input_audio', transcript: null }] })
    // Late on purpose: the reply has begun by then.
    await client.next('response.output_item.added')
    const completed = await client.next('conversation.item.input_audio_transcription.completed')
    expect(completed).toMatchObject({ item_id: started.item_id, transcript: 'Hello, how can I help you?' })
    expect((await client.next('response.done')).response.output[0].content[0].transcript).toBe(OPENING)
  })

  test('counts samples, not time: silence that is not sent does not end speech', async () => {
    await configure(client, SESSION)
    client.append(spoken('Hello, how can', 480))
    await client.next('input_audio_buffer.speech_started')
    client.append(spoken('I help you?'))
    client.send('conversation.item.retrieve', { item_id: 'barrier' })
    await client.next('error')
    expect(client.types()).not.toContain('input_audio_buffer.speech_stopped')
    client.append(silence(8 * 500))
    const completed = await client.next('conversation.item.input_audio_transcription.completed')
    expect(completed.transcript).toBe('Hello, how can I help you?')
  })

  test('writes words that were lost as a gap', async () => {
    await configure(client, SESSION)
    const audio = spoken('Hello, how can I help you?', 500)
    client.append(audio.subarray(0, 4000), audio.subarray(8000))
    const { transcript } = await client.next('conversation.item.input_audio_transcription.completed')
    expect(transcript).toMatch(/^Hello.*\[…\].*help you\?$/)
  })

  test('honours the silence it was given, and whether to answer', async () => {
    await configure(client, SESSION, {
      turn_detection: { type: 'server_vad', silence_duration_ms: 200, create_response: false },
    })
    client.append(spoken('Hello.', 200))
    expect((await client.next('input_audio_buffer.speech_stopped')).audio_end_ms).toBe(400 + 200)
    await client.next('conversation.item.input_audio_transcription.completed')
    expect(client.types()).not.toContain('response.created')
  })

  test.each([
    [0.5, 0],
    [1, 1000],
  ])('with a threshold of %d finds quiet speech at %d ms', async (threshold, startMs) => {
    await configure(client, SESSION, { turn_detection: { type: 'server_vad', threshold, prefix_padding_ms: 0 } })
    client.append(new Uint8Array(8000).fill(encodeSample(300)), spoken('Hello.'))
    expect((await client.next('input_audio_buffer.speech_started')).audio_start_ms).toBe(startMs)
  })

  test('cuts a running response short', async () => {
    const client = await connectSlowly(SESSION)
    client.send('response.create')
    await client.next('response.output_audio.delta')
    client.append(spoken('Wait.', 500))
    await client.next('input_audio_buffer.speech_started')
    const { response } = await client.next('response.done')
    expect(response).toMatchObject({
      status: 'cancelled',
      status_details: { type: 'cancelled', reason: 'turn_detected' },
    })
    await client.next('input_audio_buffer.committed')
    expect((await client.next('response.done')).response.status).toBe('completed')
  })

  test('leaves a response alone when it may not interrupt, and says that it could not answer', async () => {
    const input = { turn_detection: { type: 'server_vad', interrupt_response: false } }
    const client = await connectSlowly(SESSION, input)
    client.send('response.create')
    client.append(spoken('Wait.', 500))
    expect((await client.next('error')).error.code).toBe('conversation_already_has_active_response')
    expect((await client.next('response.done')).response.status).toBe('completed')
  })

  test('is off on request: then the client commits, clears and asks', async () => {
    await configure(client, SESSION, { turn_detection: null, transcription: null })
    client.append(spoken('Hello'))
    client.send('input_audio_buffer.clear')
    await client.next('input_audio_buffer.cleared')
    client.send('input_audio_buffer.commit', { event_id: 'empty' })
    expect((await client.next('error')).error).toMatchObject({
      code: 'input_audio_buffer_commit_empty',
      event_id: 'empty',
    })
    client.append(spoken('Hello, how can I help you?'))
    client.send('input_audio_buffer.commit')
    await client.next('conversation.item.done')
    client.send('response.create')
    await client.next('response.done')
    expect(client.types().filter(type => /speech|transcription/.test(type))).toEqual([])
  })

  test('needs the format that was agreed', async () => {
    client.append(silence(160))
    expect((await client.next('error')).error.code).toBe('unsupported_by_sandbox')
  })
})
