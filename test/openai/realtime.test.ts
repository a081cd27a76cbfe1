import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import type { SessionSettings } from '../../src/briefing/briefing.ts'
import { createLog } from '../../src/log.ts'
import type { ModelEvent, ModelSession } from '../../src/providers/model-session.ts'
import { createRealtimeModel } from '../../src/providers/openai/realtime.ts'
import type { RealtimeSettings } from '../../src/providers/openai/realtime.ts'
import { createMailbox } from '../support/media-mailbox.ts'
import { PIECE, startScriptedModel } from '../support/media-model.ts'
import type { ScriptedSession } from '../support/media-model.ts'

const SETTINGS: SessionSettings = {
  instructions: 'Be brief.',
  tools: [{ name: 'end_call', description: 'Ends.', parameters: { type: 'object' } }],
  transcriptionLanguage: 'es',
}

let server: Awaited<ReturnType<typeof startScriptedModel>>
beforeEach(async () => {
  server = await startScriptedModel()
})
afterEach(async () => await server.close())

const open = (settings: Partial<RealtimeSettings> = {}, signal = new AbortController().signal) =>
  createRealtimeModel(
    {
      apiKey: 'sk-test',
      baseUrl: server.baseUrl,
      model: 'gpt-realtime',
      transcriptionModel: 'gpt-4o-mini-transcribe',
      voice: 'marin',
      openMs: 5_000,
      ...settings,
    },
    createLog('test', 'silent'),
  ).open(SETTINGS, signal)

const opened = async (): Promise<{ session: ModelSession; script: ScriptedSession }> => {
  const [outcome, script] = await Promise.all([open(), server.nextSession()])
  if (outcome.kind !== 'opened') throw new Error(outcome.message)
  return { session: outcome.session, script }
}

describe('opening a session', () => {
  test('asks for telephone audio both ways, the tools and the transcription, with the key', async () => {
    const { script } = await opened()
    expect(server.requests[0]?.url).toBe('/v1/realtime?model=gpt-realtime')
    expect(server.requests[0]?.headers.authorization).toBe('Bearer sk-test')
    expect(server.requests[0]?.headers['sec-websocket-extensions']).toBeUndefined()
    expect(script.events[0]).toEqual({
      type: 'session.update',
      session: {
        type: 'realtime',
        output_modalities: ['audio'],
        instructions: 'Be brief.',
        audio: {
          input: {
            format: { type: 'audio/pcmu' },
            transcription: { model: 'gpt-4o-mini-transcribe', language: 'es' },
            turn_detection: { type: 'server_vad', create_response: true, interrupt_response: true },
          },
          output: { format: { type: 'audio/pcmu' }, voice: 'marin' },
        },
        tools: [{ type: 'function', ...SETTINGS.tools[0] }],
        tool_choice: 'auto',
      },
    })
  })

  test.each([
    [401, { kind: 'fatal' }],
    [404, { kind: 'fatal' }],
    [500, { kind: 'retryable' }],
    [503, { kind: 'retryable' }],
    [429, { kind: 'retryable', retryAfterMs: 7_000 }],
  ])('an answer of %i is %o', async (status, outcome) => {
    server.refuse(() => ({ status, headers: status === 429 ? { 'retry-after': '7' } : {} }))
    expect(await open()).toMatchObject(outcome)
  })

  test('a refused session is fatal, a fault of the server is retryable', async () => {
    const failsWith = (type: string) => async () => {
      server.opensBy(session => session.send('error', { error: { type, message: 'no' } }))
      return await open()
    }
    expect(await failsWith('invalid_request_error')()).toMatchObject({ kind: 'fatal' })
    expect(await failsWith('server_error')()).toMatchObject({ kind: 'retryable' })
  })

  test('nobody there, a socket that closes, and a session that is never set up are retryable', async () => {
    expect(await open({ baseUrl: 'http://127.0.0.1:1/v1' })).toMatchObject({ kind: 'retryable' })
    server.opensBy(session => session.drop())
    expect(await open()).toMatchObject({ kind: 'retryable' })
    server.opensBy(session => session.send('session.created'))
    expect(await open({ openMs: 50 })).toMatchObject({
      kind: 'retryable',
      message: expect.stringContaining('in time'),
    })
  })

  test('giving up closes the socket', async () => {
    server.opensBy(session => session.send('session.created'))
    const controller = new AbortController()
    const outcome = open({}, controller.signal)
    const script = await server.nextSession()
    controller.abort()
    expect(await outcome).toMatchObject({ kind: 'retryable' })
    await script.closed
  })
})

describe('an open session', () => {
  const listen = (session: ModelSession) => {
    const events = createMailbox<ModelEvent>()
    session.listen(events.deliver)
    return (kind: ModelEvent['kind']) => events.until((event): event is ModelEvent => event.kind === kind)
  }

  test('audio passes untouched, both ways', async () => {
    const { session, script } = await opened()
    const until = listen(session)
    session.appendAudio(PIECE)
    expect(await script.next('input_audio_buffer.append')).toEqual({
      type: 'input_audio_buffer.append',
      audio: PIECE,
    })
    script.send('response.output_audio.delta', { item_id: 'a', content_index: 0, delta: PIECE })
    expect(await until('agent_audio')).toEqual({
      kind: 'agent_audio',
      itemId: 'a',
      contentIndex: 0,
      payload: PIECE,
    })
  })

  test('events that came before somebody listened are not lost, its end included', async () => {
    const { session, script } = await opened()
    script.send('input_audio_buffer.speech_started', { item_id: 'u', audio_start_ms: 40 })
    script.drop()
    await script.closed
    const until = listen(session)
    expect(await until('speech_started')).toEqual({ kind: 'speech_started', itemId: 'u', startMs: 40 })
    expect(await until('closed')).toMatchObject({ kind: 'closed' })
  })

  test('one response at a time: the second is asked for when the first is done, with the session’s instructions', async () => {
    const { session, script } = await opened()
    session.respond()
    session.respond('Say goodbye.')
    expect(await script.next('response.create')).toEqual({ type: 'response.create', event_id: 'ask_1' })
    script.send('response.created', { response: { id: 'r1' } })
    session.appendAudio(PIECE)
    await script.next('input_audio_buffer.append')
    expect(script.events.filter(({ type }) => type === 'response.create')).toHaveLength(1)
    expect(session.isResponding()).toBe(true)
    script.send('response.done', { response: { id: 'r1', status: 'completed', output: [] } })
    expect(await script.next('response.create')).toMatchObject({
      event_id: 'ask_2',
      response: { instructions: 'Be brief.\n\nSay goodbye.' },
    })
    expect(script.events.filter(({ type }) => type === 'response.create')).toHaveLength(2)
  })

  test('a response that met one of the server’s own is asked for again after it', async () => {
    const { session, script } = await opened()
    session.respond('Say goodbye.')
    await script.next('response.create')
    script.send('response.created', { response: { id: 'own' } })
    script.send('error', {
      error: {
        type: 'invalid_request_error',
        code: 'conversation_already_has_active_response',
        event_id: 'ask_1',
      },
    })
    script.send('response.done', { response: { id: 'own', status: 'completed', output: [] } })
    expect(await script.next('response.create')).toMatchObject({ event_id: 'ask_2' })
  })

  test('what was said earlier is put in by role, and is nobody’s turn', async () => {
    const { session, script } = await opened()
    const until = listen(session)
    session.addItem({ role: 'callee', text: 'Hi.' })
    session.addItem({ role: 'agent', text: 'Hello.' })
    const user = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Hi.' }] }
    const assistant = { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'Hello.' }] }
    expect(await script.next('conversation.item.create')).toMatchObject({ item: user })
    expect(await script.next('conversation.item.create')).toMatchObject({ item: assistant })
    script.send('conversation.item.added', { previous_item_id: null, item: { id: 'i1', ...user } })
    expect(await until('item_placed')).toMatchObject({ itemId: 'i1', role: 'other' })
  })

  test('events that are not known here, and errors of single events, change nothing', async () => {
    const { session, script } = await opened()
    const until = listen(session)
    script.send('constructor')
    script.send('rate_limits.updated', { rate_limits: [] })
    script.send('error', { error: { type: 'invalid_request_error', code: 'invalid_value', message: 'no' } })
    script.send('input_audio_buffer.speech_stopped', { item_id: 'u' })
    expect(await until('speech_stopped')).toEqual({ kind: 'speech_stopped', itemId: 'u' })
  })

  test.each([
    ['text that is no JSON', '{"type":"response.output_audio.delta","delta":"AAA'],
    ['JSON that is no event', '[]'],
    [
      'an event without what belongs to it',
      '{"type":"response.output_audio.delta","item_id":"a","content_index":0}',
    ],
    ['an error of the server', '{"type":"error","error":{"type":"server_error","message":"no"}}'],
    [
      'an error that the time is over',
      '{"type":"error","error":{"type":"invalid_request_error","code":"session_expired"}}',
    ],
  ])('%s is the end of the session', async (_, frame) => {
    const { session, script } = await opened()
    const until = listen(session)
    script.sendText(frame)
    expect(await until('closed')).toMatchObject({ kind: 'closed' })
    await script.closed
  })

  test('closing it closes the socket, and is no event', async () => {
    const { session, script } = await opened()
    const seen: ModelEvent[] = []
    session.listen(event => seen.push(event))
    session.close()
    await script.closed
    expect(seen).toEqual([])
  })
})
