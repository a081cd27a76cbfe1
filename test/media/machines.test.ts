import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { Detection } from '../../src/conversations/conversation.ts'
import { tonesOf } from '../../src/media/tones.ts'
import { BEEP, toneFrames } from '../../src/sandbox/voice/beep.ts'
import type { ScriptedCarrier } from '../support/media-carrier.ts'
import { hungUp, inConversation as startConversation, storedConversation } from '../support/media-conversation.ts'
import { startMedia } from '../support/media-host.ts'
import type { Media } from '../support/media-host.ts'
import { callsTool, hears, speaks, spoke, starts, toolAnswer, transcribes } from '../support/media-model.ts'
import type { ScriptedSession } from '../support/media-model.ts'

let media: Media
beforeAll(async () => {
  media = await startMedia()
})
afterAll(async () => await media.stop())

const inConversation = async () => {
  const started = await startConversation(media)
  const stored = async () => {
    const { conversation, turns } = await storedConversation(media, started.callId)
    return { conversation, turns: turns.map(({ role, text }) => `${role}: ${text}`) }
  }
  return { ...started, stored }
}

/** Media time passes until something has happened. */
const meanwhile = async <T>({ pass }: Pick<ScriptedCarrier, 'pass'>, happens: Promise<T>): Promise<T> => {
  const passing = setInterval(() => pass(20), 5)
  return await happens.finally(() => clearInterval(passing))
}

const isAsked = async (session: ScriptedSession, directive: string): Promise<void> =>
  expect(JSON.stringify(await session.next('response.create'))).toContain(JSON.stringify(directive).slice(1, -1))

const leavesMessage = async ({ session, carrier }: Awaited<ReturnType<typeof inConversation>>): Promise<void> => {
  speaks(session, { item: 'm1', text: 'Please call back. Goodbye.', pieces: 2 })
  spoke(session, { item: 'm1', text: 'Please call back. Goodbye.' })
  carrier.returns(await carrier.marks(2))
  expect(await meanwhile(carrier, carrier.closed)).toBe(1000)
}

const TURNS_OFF = {
  session: {
    audio: {
      input: { turn_detection: { type: 'server_vad', create_response: false, interrupt_response: false } },
    },
  },
}

describe('a voicemail', () => {
  test('is told the message after its beep, and the call ends when that was heard', async () => {
    const call = await inConversation()
    const { session, carrier, result, stored } = call
    hears(session, 'u1', 0)
    transcribes(session, 'u1', 'Leave a message after the tone.')
    callsTool(session, 'wait', { until: 'beep' }, 'u1')
    expect(await session.next('session.update')).toMatchObject(TURNS_OFF)
    carrier.pass(2_000)
    carrier.sounds(toneFrames(BEEP))
    carrier.pass(200)
    await isAsked(session, media.directives.leave_message)
    await leavesMessage(call)
    await result
    const { conversation, turns } = await stored()
    expect(conversation).toMatchObject({ ended: { by: 'host', reason: 'agent_ended' }, answeredBy: 'machine' })
    expect(turns).toEqual(['callee: Leave a message after the tone.', 'agent: Please call back. Goodbye.'])
  })

  test('that beeped while the model was thinking is told the message at once', async () => {
    const call = await inConversation()
    call.carrier.sounds(toneFrames(BEEP))
    call.carrier.pass(1_000)
    for (let frame = 0; frame < 70; frame++) await call.session.next('input_audio_buffer.append')
    callsTool(call.session, 'wait', { until: 'beep' })
    await isAsked(call.session, media.directives.leave_message)
    await leavesMessage(call)
    await call.result
  })

  test('without a beep is told it when the carrier says that the greeting is over', async () => {
    const call = await inConversation()
    callsTool(call.session, 'wait', { until: 'beep' })
    await toolAnswer(call.session)
    await media.conversations.noteDetection(call.callId, 'message_end')
    await meanwhile(call.carrier, isAsked(call.session, media.directives.leave_message))
    await leavesMessage(call)
    await call.result
  })

  test('does not stop the message by a sound of its own', async () => {
    const call = await inConversation()
    const { session, carrier } = call
    callsTool(session, 'wait', { until: 'beep' })
    await toolAnswer(session)
    carrier.sounds(toneFrames(BEEP))
    carrier.pass(200)
    await isAsked(session, media.directives.leave_message)
    speaks(session, { item: 'm1', text: 'Please call back.', pieces: 2 })
    starts(session, 'u9', 600)
    session.send('input_audio_buffer.speech_stopped', { item_id: 'u9', audio_end_ms: 700 })
    spoke(session, { item: 'm1', text: 'Please call back.' })
    carrier.returns(await carrier.marks(2))
    expect(await meanwhile(carrier, carrier.closed)).toBe(1000)
    expect(carrier.messages.some(({ event }) => event === 'clear')).toBe(false)
    await call.result
    expect((await call.stored()).turns).toEqual(['agent: Please call back.'])
  })

  test('that was none is talked with again when no beep comes', async () => {
    const { session, carrier, stored } = await inConversation()
    callsTool(session, 'wait', { until: 'beep' })
    await session.next('session.update')
    carrier.pass(5_100)
    expect(JSON.stringify(await session.next('session.update'))).toContain('"create_response":true')
    await isAsked(session, media.directives.no_beep)
    expect((await stored()).conversation.ended).toBeNull()
    carrier.socket.close()
  })
})

describe('the carrier’s detection', () => {
  test.each<Detection>(['machine', 'message_end'])(
    '%s is a note to the model, and the conversation goes on',
    async detection => {
      const { session, carrier, callId, stored } = await inConversation()
      await media.conversations.noteDetection(callId, detection)
      expect(await session.next('conversation.item.create')).toMatchObject({
        item: { role: 'system', content: [{ type: 'input_text', text: media.directives.machine_suspected }] },
      })
      expect(session.events.some(({ type }) => type === 'response.create')).toBe(false)
      expect((await stored()).conversation.ended).toBeNull()
      carrier.socket.close()
    },
  )

  test('of a fax ends the call once what is being said is over', async () => {
    const { session, carrier, callId, result, stored } = await inConversation()
    speaks(session, { item: 'a1', text: 'Hello, this is an AI.', pieces: 2 })
    const marks = await carrier.marks(2)
    await media.conversations.noteDetection(callId, 'fax')
    expect(await session.next('session.update')).toMatchObject(TURNS_OFF)
    spoke(session, { item: 'a1', text: 'Hello, this is an AI.' })
    carrier.returns(marks)
    expect(await meanwhile(carrier, carrier.closed)).toBe(1000)
    await result
    const { conversation, turns } = await stored()
    expect(conversation).toMatchObject({ ended: { reason: 'fax' }, answeredBy: 'machine' })
    expect(turns).toEqual(['agent: Hello, this is an AI.'])
  })

  test('of a fax is not believed when somebody has spoken', async () => {
    const { session, carrier, callId, stored } = await inConversation()
    hears(session, 'u1', 0)
    transcribes(session, 'u1', 'Hello?')
    await media.conversations.noteDetection(callId, 'fax')
    // When the host has seen what was stored later, it has seen this.
    const other = await inConversation()
    await media.conversations.noteDetection(other.callId, 'machine')
    await other.session.next('conversation.item.create')
    carrier.pass(1_000)
    callsTool(session, 'nonsense', {})
    await toolAnswer(session)
    expect(session.events.filter(({ type }) => type === 'session.update')).toHaveLength(1)
    expect((await stored()).conversation.ended).toBeNull()
    other.carrier.socket.close()
    carrier.socket.close()
  })

  test('gives way to what the agent says of whom it spoke with', async () => {
    const { session, carrier, result, stored } = await inConversation()
    callsTool(session, 'end_call', { reason: 'objective_reached', spoke_with: 'person' })
    await meanwhile(carrier, result)
    expect((await stored()).conversation.answeredBy).toBe('human')
  })
})

describe('keys', () => {
  test('that the agent presses are tones in the audio, and a turn', async () => {
    const { session, carrier, result, stored } = await inConversation()
    hears(session, 'u1', 0)
    transcribes(session, 'u1', 'For reservations, press 1.')
    callsTool(session, 'press_keys', { digits: '1w#' }, 'u1')
    const { media: sent } = await meanwhile(carrier, carrier.next('media'))
    expect(sent?.payload).toBe(tonesOf('1w#'))
    expect(await toolAnswer(session)).toBe('Pressed.')
    carrier.returns(await carrier.marks(1))
    callsTool(session, 'end_call', { reason: 'objective_reached', spoke_with: 'machine' })
    await meanwhile(carrier, result)
    const { conversation, turns } = await stored()
    expect(turns).toEqual(['callee: For reservations, press 1.', 'agent: [pressed 1#]'])
    expect(conversation.answeredBy).toBe('machine')
  })

  test('are not pressed while the callee speaks', async () => {
    const { session, carrier } = await inConversation()
    starts(session, 'u1', 0)
    callsTool(session, 'press_keys', { digits: '1' })
    expect(await toolAnswer(session)).toMatch(/^Not pressed/)
    expect(carrier.messages).toEqual([])
    expect(session.events.some(({ type }) => type === 'response.create')).toBe(false)
    carrier.socket.close()
  })

  test('are held back in a pause, and not pressed when the callee goes on', async () => {
    const { session, carrier, pass } = await inConversation()
    hears(session, 'u1', 0)
    callsTool(session, 'press_keys', { digits: '2' }, 'u1')
    await pass(500)
    expect(carrier.messages).toEqual([])
    starts(session, 'u2', 1_400)
    expect(await meanwhile(carrier, toolAnswer(session))).toMatch(/^Not pressed/)
    expect(carrier.messages).toEqual([])
    carrier.socket.close()
  })

  test('are not cut by the callee’s voice', async () => {
    const { session, carrier } = await inConversation()
    callsTool(session, 'press_keys', { digits: '12' })
    const marks = await meanwhile(carrier, carrier.marks(1))
    hears(session, 'u1', 100)
    callsTool(session, 'nonsense', {})
    while ((await toolAnswer(session)) === 'Pressed.');
    expect(carrier.messages.some(({ event }) => event === 'clear')).toBe(false)
    carrier.returns(marks)
    carrier.socket.close()
  })

  test.each([{ digits: '' }, { digits: '1A' }, { digits: '1'.repeat(21) }, { digits: 1 }, {}])(
    'are checked: %j is refused, and the agent goes on',
    async args => {
      const { session, carrier } = await inConversation()
      callsTool(session, 'press_keys', args)
      expect(await toolAnswer(session)).toMatch(/^digits must be/)
      await session.next('response.create')
      expect(carrier.messages).toEqual([])
      carrier.socket.close()
    },
  )

  test('are pressed ten times at most: a menu that needs more leads nowhere', async () => {
    const { session, carrier } = await inConversation()
    for (let press = 0; press < 10; press++) {
      callsTool(session, 'press_keys', { digits: '1' })
      expect(await meanwhile(carrier, toolAnswer(session))).toBe('Pressed.')
      carrier.returns(await carrier.marks(1))
    }
    callsTool(session, 'press_keys', { digits: '1' })
    expect(await toolAnswer(session)).toMatch(/^Too many keys/)
    await session.next('response.create')
    carrier.socket.close()
  })

  test('that the callee presses reach the model together, as one turn that is answered', async () => {
    const { callId, session, carrier, result, stored } = await inConversation()
    carrier.send('dtmf', { dtmf: { track: 'inbound_track', digit: '4' } })
    carrier.pass(500)
    carrier.send('dtmf', { dtmf: { track: 'inbound_track', digit: '2' } })
    carrier.pass(1_100)
    expect(await session.next('conversation.item.create')).toMatchObject({
      item: { id: 'keys_1', role: 'user', content: [{ type: 'input_text', text: '[pressed 42]' }] },
    })
    await session.next('response.create')
    speaks(session, { item: 'a1', previous: 'keys_1', text: 'Thank you.', pieces: 1 })
    spoke(session, { item: 'a1', text: 'Thank you.' })
    carrier.returns(await carrier.marks(1))
    carrier.send('stop', { stop: {} })
    await hungUp(media, callId)
    await result
    expect((await stored()).turns[0]).toBe('callee: [pressed 42]')
  })
})
