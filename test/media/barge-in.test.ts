import { afterAll, beforeAll, expect, test } from 'vitest'

import { hungUp, inConversation, storedConversation } from '../support/media-conversation.ts'
import { startMedia } from '../support/media-host.ts'
import type { Media } from '../support/media-host.ts'
import type { ScriptedCarrier } from '../support/media-carrier.ts'
import { PIECE, speaks, spoke, starts, stops, transcribes } from '../support/media-model.ts'
import type { ScriptedSession } from '../support/media-model.ts'

let media: Media
beforeAll(async () => {
  media = await startMedia()
})
afterAll(async () => await media.stop())

const audio = (session: ScriptedSession, item: string, bytes: number): void =>
  session.send('response.output_audio.delta', {
    item_id: item,
    content_index: 0,
    delta: Buffer.alloc(bytes, 0x55).toString('base64'),
  })
/** The callee hangs up; gives what is stored in the end. */
const hangsUp = async ({ callId, carrier, result }: Awaited<ReturnType<typeof inConversation>>) => {
  carrier.send('stop', { stop: {} })
  await hungUp(media, callId)
  await result
  return (await storedConversation(media, callId)).turns
}
const bytesSent = ({ messages }: ScriptedCarrier): number[] =>
  messages.flatMap(({ media: one }) => (one ? [Buffer.from(one.payload, 'base64').length] : []))

test('an interruption after the model has made everything cuts what is still being played', async () => {
  const conversation = await inConversation(media)
  const { carrier, session, pass } = conversation
  speaks(session, { item: 'a1', text: 'One two three four', pieces: 4 })
  spoke(session, { item: 'a1', text: 'One two three four' })
  const marks = await carrier.marks(4)
  carrier.returns(marks.slice(0, 2))
  await pass(20)
  starts(session, 'u1')
  await carrier.next('clear')
  expect(await session.next('conversation.item.truncate')).toMatchObject({ item_id: 'a1', audio_end_ms: 200 })
  carrier.returns(marks.slice(2))
  transcribes(session, 'u1', 'Wait.')
  expect(await hangsUp(conversation)).toMatchObject([{ text: 'One two', interrupted: true }, { text: 'Wait.' }])
})

test('what has been heard to its end is not cut any more', async () => {
  const conversation = await inConversation(media)
  const { carrier, session, pass } = conversation
  speaks(session, { item: 'a1', text: 'One two', pieces: 1 })
  spoke(session, { item: 'a1', text: 'One two' })
  carrier.returns(await carrier.marks(1))
  await pass(20)
  starts(session, 'u1')
  transcribes(session, 'u1', 'Wait.')
  expect(await hangsUp(conversation)).toMatchObject([{ text: 'One two', interrupted: false }, { text: 'Wait.' }])
  expect(session.events.some(({ type }) => type === 'conversation.item.truncate')).toBe(false)
})

test('late audio of what was cut, in whatever pieces, is not heard in what follows', async () => {
  const { carrier, session, pass } = await inConversation(media)
  speaks(session, { item: 'a1', text: 'One two three', pieces: 0 })
  audio(session, 'a1', 1000)
  await carrier.marks(1)
  starts(session, 'u1')
  await carrier.next('clear')
  audio(session, 'a1', 1000)
  audio(session, 'a1', 500)
  stops(session, 'u1', 'a1')
  speaks(session, { item: 'a2', previous: 'u1', text: 'Yes?', pieces: 1 })
  await carrier.marks(1)
  await pass(20)
  expect(bytesSent(carrier)).toEqual([960, 800])
  carrier.socket.close()
})

test('ten interruptions in a row each cut what was heard, and the eleventh answer is whole', async () => {
  const conversation = await inConversation(media)
  const { carrier, session, pass } = conversation
  const text = 'One two three four'
  for (let n = 1; n <= 10; n++) {
    speaks(session, { item: `a${n}`, previous: n === 1 ? null : `u${n - 1}`, text, pieces: 4 })
    const marks = await carrier.marks(4)
    carrier.returns(marks.slice(0, 2))
    await pass(20)
    starts(session, `u${n}`)
    await carrier.next('clear')
    expect(await session.next('conversation.item.truncate')).toMatchObject({
      item_id: `a${n}`,
      audio_end_ms: 200,
    })
    carrier.returns(marks.slice(2))
    audio(session, `a${n}`, 800)
    spoke(session, { item: `a${n}`, text, status: 'cancelled' })
    stops(session, `u${n}`, `a${n}`)
    transcribes(session, `u${n}`, 'Wait.')
  }
  speaks(session, { item: 'a11', previous: 'u10', text: 'Yes?', pieces: 1 })
  spoke(session, { item: 'a11', text: 'Yes?' })
  carrier.returns(await carrier.marks(1))
  await pass(20)
  const turns = await hangsUp(conversation)
  expect(turns.map(turn => [turn.text, turn.interrupted])).toEqual([
    // 200 of 500 ms, the last word left out.
    ...Array.from({ length: 10 }, () => [
      ['One', true],
      ['Wait.', false],
    ]).flat(),
    ['Yes?', false],
  ])
  expect(carrier.messages.filter(({ event }) => event === 'media')).toHaveLength(41)
  expect(carrier.messages.filter(({ media: one }) => one && one.payload !== PIECE)).toEqual([])
})
