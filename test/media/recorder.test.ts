import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'

import type { StoredTurn } from '../../src/conversations/conversation.ts'
import { createConversationStore } from '../../src/conversations/store.ts'
import { randomText } from '../../src/ids.ts'
import { createLog } from '../../src/log.ts'
import { createRecorder } from '../../src/media/recorder.ts'

const TURN: StoredTurn = { role: 'agent', text: 'Hello.', atMs: 0, interrupted: false, final: true }
const log = createLog('test', 'silent')

let client: MongoClient
beforeAll(async () => {
  client = await MongoClient.connect(inject('mongodbUrl'))
})
afterAll(async () => await client.close())

/** A conversation that generation 1 holds. */
const heldConversation = async () => {
  const conversations = createConversationStore(client.db(`recorder_${randomText(8)}`))
  await conversations.ensure('cl_1')
  await start(conversations, 1)
  return conversations
}

const start = async (conversations: ReturnType<typeof createConversationStore>, generation: number) => {
  const expiresAt = new Date(Date.now() + 60_000)
  await conversations.setReady('cl_1', { generation, host: 'h', url: 'ws://h', token: 't', expiresAt })
  await conversations.start('cl_1', generation, 't', new Date())
}

test('a turn that changes faster than it can be written is written as it is last', async () => {
  const conversations = await heldConversation()
  const written: string[] = []
  const putTurn: typeof conversations.putTurn = async (callId, generation, index, turn, mediaMs) => {
    written.push(turn.text)
    return await conversations.putTurn(callId, generation, index, turn, mediaMs)
  }
  const recorder = createRecorder({
    conversations: { ...conversations, putTurn },
    callId: 'cl_1',
    generation: 1,
    log,
    signal: new AbortController().signal,
    onFenced: () => undefined,
  })
  for (let n = 0; n < 100; n++) recorder.put(0, { ...TURN, text: `${n}` }, n)
  recorder.put(1, TURN, 100)
  await recorder.flush()
  expect(written).toEqual(['0', '99', 'Hello.'])
  expect((await conversations.find('cl_1'))!.turns['00000']?.text).toBe('99')
})

test('a fault of the store is waited out', async () => {
  const conversations = await heldConversation()
  let faults = 2
  const putTurn: typeof conversations.putTurn = async (...args) => {
    if (faults-- > 0) throw new Error('the store is away')
    return await conversations.putTurn(...args)
  }
  const recorder = createRecorder({
    conversations: { ...conversations, putTurn },
    callId: 'cl_1',
    generation: 1,
    log,
    signal: new AbortController().signal,
    onFenced: () => undefined,
  })
  recorder.put(0, TURN, 20)
  await recorder.flush()
  expect((await conversations.find('cl_1'))!.turns['00000']).toEqual(TURN)
})

test('a host whose generation has passed writes nothing more, and is told', async () => {
  const conversations = await heldConversation()
  await start(conversations, 2)
  let fenced = 0
  const recorder = createRecorder({
    conversations,
    callId: 'cl_1',
    generation: 1,
    log,
    signal: new AbortController().signal,
    onFenced: () => fenced++,
  })
  recorder.put(0, TURN, 20)
  recorder.put(1, TURN, 20)
  await recorder.flush()
  recorder.put(2, TURN, 20)
  await recorder.flush()
  expect(fenced).toBe(1)
  expect((await conversations.find('cl_1'))!.turns).toEqual({})
})

test('the wish not to be called again is written, however long the store is away', async () => {
  const conversations = await heldConversation()
  let faults = 2
  const noteDoNotCall: typeof conversations.noteDoNotCall = async (...args) => {
    if (faults-- > 0) throw new Error('the store is away')
    return await conversations.noteDoNotCall(...args)
  }
  const recorder = createRecorder({
    conversations: { ...conversations, noteDoNotCall },
    callId: 'cl_1',
    generation: 1,
    log,
    signal: new AbortController().signal,
    onFenced: () => undefined,
  })
  recorder.noteDoNotCall()
  recorder.put(0, TURN, 20)
  await recorder.flush()
  const { doNotCallAt, turns } = (await conversations.find('cl_1'))!
  expect([doNotCallAt, turns['00000']]).toEqual([expect.any(Date), TURN])
})
