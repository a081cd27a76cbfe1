import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import { inConversation, storedConversation } from '../support/media-conversation.ts'
import { startMedia } from '../support/media-host.ts'
import type { Media } from '../support/media-host.ts'
import { speaks, spoke } from '../support/media-model.ts'

let media: Media
beforeAll(async () => {
  media = await startMedia({ drainMs: 1 })
})
afterAll(async () => await media.stop())

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
    session.send('response.function_call_arguments.done', {
      item_id: 'f1',
      call_id: 'call_1',
      name: 'end_call',
      arguments: '{"reason":"objective_reached"}',
    })
    spoke(session, { item: 'a1', text: 'Goodbye.' })
    carrier.returns(await carrier.marks(1))
    expect(await passUntilClosed()).toBe(1000)
    expect(await result).toEqual({ kind: 'ended' })
    expect((await storedConversation(media, callId)).conversation.ended).toMatchObject({ reason: 'agent_ended' })
    await host.close()
  })
})

test('a conversation that is being taken from a host is not ended by it', async () => {
  const { callId, carrier, session, passUntilClosed, result } = await inConversation(media)
  await media.conversations.setMoving(callId, 1)
  speaks(session, { item: 'a1', text: 'Goodbye.', pieces: 1 })
  session.send('response.function_call_arguments.done', {
    item_id: 'f1',
    call_id: 'call_1',
    name: 'end_call',
    arguments: '{"reason":"objective_reached"}',
  })
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
