import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { Directives } from '../../src/briefing/prompts.ts'
import type { StoredTurn } from '../../src/conversations/conversation.ts'
import type { ConversationState } from '../../src/conversations/store.ts'
import { endsCall, inConversation, passBetween, storedConversation } from '../support/media-conversation.ts'
import { startMedia } from '../support/media-host.ts'
import type { Media } from '../support/media-host.ts'
import type { ScriptedCarrier } from '../support/media-carrier.ts'
import { speaks, spoke, starts } from '../support/media-model.ts'
import type { ScriptedSession } from '../support/media-model.ts'

let media: Media
beforeAll(async () => {
  media = await startMedia({ drainMs: 1 })
})
afterAll(async () => await media.stop())

/** Until the host has seen its successor: media time does not wait for that. */
const seesSuccessor = async ({ looks }: Media['host'], callId: string): Promise<void> => {
  await looks.until(
    (state): state is ConversationState => state._id === callId && (state.ready?.generation ?? 0) > 1,
  )
}

/** How much silence passes until the agent is asked to say something, and what it is told to say. */
const firstWord = async (carrier: ScriptedCarrier, session: ScriptedSession) => {
  const asksAt = (): number => session.events.findIndex(({ type }) => type === 'response.create')
  while (asksAt() === -1) {
    carrier.pass(20)
    await session.next('input_audio_buffer.append')
  }
  const afterMs = 20 * session.events.slice(0, asksAt()).filter(({ type }) => type.endsWith('append')).length
  const asked = JSON.stringify(session.events[asksAt()])
  const directive = Object.entries(media.directives).find(([, text]) => asked.includes(text))?.[0]
  return { afterMs, directive: directive ?? null }
}

/** A host that is told to stop in a conversation, and has asked for a successor. */
const leaving = async () => {
  const host = await media.startHost()
  const call = await inConversation(media, { on: host })
  await host.drain()
  await media.asked.until(
    (one): one is { callId: string; generation: number } => one.callId === call.callId && one.generation === 1,
  )
  return { ...call, host }
}

describe('a host that is told to stop', () => {
  test('says a goodbye to its end, and needs no successor then', async () => {
    const { callId, carrier, session, passUntilClosed, result, host } = await leaving()
    speaks(session, { item: 'a1', text: 'Goodbye.', pieces: 1 })
    endsCall(session)
    spoke(session, { item: 'a1', text: 'Goodbye.' })
    carrier.returns(await carrier.marks(1))
    expect(await passUntilClosed()).toBe(1000)
    expect(await result).toEqual({ kind: 'ended' })
    expect((await storedConversation(media, callId)).conversation.ended).toMatchObject({ reason: 'agent_ended' })
    await host.close()
  })

  test('lets go between two sentences, with everything stored, and nobody apologises', async () => {
    const { callId, carrier, session, pass, passUntilClosed, result, host } = await leaving()
    // Without a successor it stays, though nobody speaks.
    await pass(1_000)
    const text = 'I would like to book a table.'
    speaks(session, { item: 'a1', text, pieces: 1 })
    const marks = await carrier.marks(1)
    const successor = media.converse({ callId, generation: 2 })
    const sessionOfSuccessor = media.model.nextSession()
    await seesSuccessor(host, callId)
    await pass(1_000)
    expect(carrier.socket.readyState).toBe(carrier.socket.OPEN)
    spoke(session, { item: 'a1', text })
    carrier.returns(marks)
    expect(await passUntilClosed()).toBe(1001)
    expect(await result).toEqual({ kind: 'lost' })
    expect((await storedConversation(media, callId)).turns).toEqual([
      { role: 'agent', text, atMs: 1_020, interrupted: false },
    ])
    const next = await successor.connect()
    expect(await firstWord(next, await sessionOfSuccessor)).toEqual({
      afterMs: 10_000,
      directive: 'ask_if_there',
    })
    next.socket.close()
    await host.close()
  })

  test('lets go in the middle of a sentence that does not end, and its successor goes on with it', async () => {
    const { callId, carrier, session, passUntilClosed, result, host } = await leaving()
    speaks(session, { item: 'a1', text: 'One two three four', pieces: 200 })
    spoke(session, { item: 'a1', text: 'One two three four' })
    carrier.returns((await carrier.marks(200)).slice(0, 100))
    const successor = media.converse({ callId, generation: 2 })
    const sessionOfSuccessor = media.model.nextSession()
    await seesSuccessor(host, callId)
    expect(await passUntilClosed()).toBe(1001)
    expect(await result).toEqual({ kind: 'lost' })
    expect((await storedConversation(media, callId)).turns).toMatchObject([{ text: 'One two', interrupted: true }])
    const next = await successor.connect()
    expect(await firstWord(next, await sessionOfSuccessor)).toEqual({
      afterMs: 0,
      directive: 'go_on',
    })
    next.socket.close()
    await host.close()
  })
})

describe('the first word after the death of a host', () => {
  const TURN = { atMs: 0, interrupted: false, final: true }
  const AGENT = { ...TURN, role: 'agent', text: 'What time would suit you?' } as const
  const CALLEE = { ...TURN, role: 'callee', text: 'At seven.' } as const

  /** A conversation whose host died with these turns stored, and its next one. */
  const takenOver = async (...turns: StoredTurn[]) => {
    const { callId, carrier } = await inConversation(media)
    for (const [index, turn] of turns.entries()) await media.conversations.putTurn(callId, 1, index, turn, 1_000)
    carrier.socket.terminate()
    const part = media.converse({ callId, generation: 2 })
    const next = await part.connect()
    return { callId, carrier: next, session: await media.model.nextSession() }
  }

  test.each<[what: string, turns: StoredTurn[], afterMs: number, directive: keyof Directives | null]>([
    ['the agent finishes its sentence at once', [CALLEE, { ...AGENT, final: false }], 0, 'go_on'],
    ['the agent finishes a sentence that broke off before', [{ ...AGENT, interrupted: true }], 0, 'go_on'],
    ['the agent answers at once what was said', [AGENT, CALLEE], 0, null],
    [
      'words that were not heard to their end are asked for',
      [AGENT, { ...CALLEE, final: false }],
      300,
      'continue',
    ],
    [
      'words into a sentence of the agent are asked for',
      [{ ...AGENT, interrupted: true, cut: true }],
      300,
      'continue',
    ],
    ['a callee who was to answer may have, and is asked after 2 s', [CALLEE, AGENT], 2_000, 'continue'],
    ['nobody had spoken: the agent begins after 2 s', [], 2_000, 'speak_first'],
  ])('%s', async (_what, turns, afterMs, directive) => {
    const { carrier, session } = await takenOver(...turns)
    expect(await firstWord(carrier, session)).toEqual({ afterMs, directive })
    carrier.socket.close()
  })

  test('a callee who is speaking is not asked to repeat', async () => {
    const { carrier, session } = await takenOver(AGENT, { ...CALLEE, final: false })
    starts(session, 'u1', 0)
    await session.next('conversation.item.create')
    await passBetween(carrier, session, 5_000)
    expect(session.events.some(({ type }) => type === 'response.create')).toBe(false)
    carrier.socket.close()
  })
})

test('a conversation that is being taken from a host is not ended by it', async () => {
  const { callId, carrier, session, passUntilClosed, result } = await inConversation(media)
  await media.conversations.setMoving(callId, 1)
  speaks(session, { item: 'a1', text: 'Goodbye.', pieces: 1 })
  endsCall(session)
  spoke(session, { item: 'a1', text: 'Goodbye.' })
  carrier.returns(await carrier.marks(1))
  expect(await passUntilClosed()).toBe(1001)
  expect(await result).toEqual({ kind: 'lost' })
  expect((await storedConversation(media, callId)).conversation.ended).toBeNull()
})

test('a host that is ready late does not take the place of a later one', async () => {
  const callId = media.converse().callId
  const offer = (generation: number) =>
    media.conversations.setReady(callId, {
      generation,
      host: `host-${generation}`,
      url: 'ws://host',
      token: `token-${generation}`,
      expiresAt: new Date(Date.now() + 60_000),
    })
  await media.conversations.ensure(callId)
  expect([await offer(3), await offer(2)]).toEqual([true, false])
  expect((await media.conversations.find(callId))?.ready).toMatchObject({ generation: 3 })
})
