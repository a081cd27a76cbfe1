// Two hosts and the carrier write the same conversation at the same time, in any interleaving.
import { randomUUID } from 'node:crypto'

import fc from 'fast-check'
import { MongoClient } from 'mongodb'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'

import type { Conversation } from '../../src/conversations/conversation.ts'
import { createConversationStore } from '../../src/conversations/store.ts'
import type { ConversationStore } from '../../src/conversations/store.ts'

let client: MongoClient
let store: ConversationStore
beforeAll(async () => {
  client = await MongoClient.connect(inject('mongodbUrl'))
  store = createConversationStore(client.db(`property-${randomUUID()}`))
})
afterAll(async () => await client.close())

/** What a host of a generation does, and what anybody may do. */
const ACTS = [
  'offer',
  'start',
  'startAgain',
  'speak',
  'speakMore',
  'end',
  'seal',
  'carrierEnds',
  'workflowEnds',
] as const
type Act = (typeof ACTS)[number]
type Step = { generation: number; act: Act }

const step: fc.Arbitrary<Step> = fc.record({
  generation: fc.constantFrom(1, 2, 3),
  act: fc.constantFrom(...ACTS),
})

/** Does one step; returns whether the store took it. */
const act = async (id: string, { generation, act: name }: Step): Promise<boolean> => {
  const now = new Date()
  const token = `token-${generation}`
  const turn = (text: string, final: boolean) => ({
    role: 'agent' as const,
    text,
    atMs: 0,
    interrupted: false,
    final,
  })
  const said = `said by ${generation}`
  switch (name) {
    case 'offer': {
      const expiresAt = new Date(Date.now() + 60_000)
      return await store.setReady(id, { generation, host: `host-${generation}`, url: 'wss://h', token, expiresAt })
    }
    case 'start':
    case 'startAgain':
      return (await store.start(id, generation, token, now)) !== null
    case 'speak':
      return await store.putTurn(id, generation, generation, turn(said, false), generation)
    case 'speakMore':
      return await store.putTurn(id, generation, generation, turn(said, true), generation)
    case 'end':
      return await store.endByHost(id, generation, { by: 'host', reason: 'agent_ended', at: now })
    case 'seal':
      return await store.seal(id, generation, now, { mediaMs: generation, answeredBy: null })
    case 'carrierEnds':
      return await store.end(id, { by: 'carrier', reason: 'callee_hung_up', at: now })
    case 'workflowEnds':
      return await store.end(id, { by: 'workflow', reason: 'media_lost', at: now })
  }
}

/** What must hold between a conversation before and after one step. */
const expectStep = (
  before: Conversation,
  after: Conversation,
  { generation, act: name }: Step,
  taken: boolean,
): void => {
  expect(after.generation).toBeGreaterThanOrEqual(before.generation)
  if (!taken) return expect(after).toEqual(before)
  if (before.sealed) expect(after).toEqual(before)
  if (before.ended) expect(after.ended).toEqual(before.ended)
  if (name === 'start' || name === 'startAgain') {
    expect(before.generation).toBeLessThan(generation)
    expect(after).toMatchObject({ generation, host: `host-${generation}`, ready: { token: null } })
  }
  if (name === 'speak' || name === 'speakMore' || name === 'end' || name === 'seal')
    expect(before.generation).toBe(generation)
  if (name === 'seal') expect(before.ended).not.toBeNull()
}

it('after each step only the current generation has written, and an end stands', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async steps => {
      const id = `cl_${randomUUID()}`
      await store.ensure(id)
      for (const one of steps) {
        const before = (await store.find(id))!
        const taken = await act(id, one)
        expectStep(before, (await store.find(id))!, one, taken)
      }
    }),
    { numRuns: 60 },
  )
})

it('at the same time, each token starts one stream, and one end is stored', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(step, { maxLength: 8 }), { minLength: 2, maxLength: 4 }), async writers => {
      const id = `cl_${randomUUID()}`
      await store.ensure(id)
      const taken: Step[] = []
      const write = async (steps: Step[]): Promise<void> => {
        for (const one of steps) if (await act(id, one)) taken.push(one)
      }
      await Promise.all(writers.map(write))
      const starts = taken.filter(one => one.act === 'start' || one.act === 'startAgain')
      const ends = taken.filter(one => ['end', 'carrierEnds', 'workflowEnds'].includes(one.act))
      expect(new Set(starts.map(one => one.generation)).size).toBe(starts.length)
      expect(ends.length).toBeLessThanOrEqual(1)
      const { generation, turns, sealed } = (await store.find(id))!
      expect(generation).toBe(Math.max(0, ...starts.map(one => one.generation)))
      for (const { text } of Object.values(turns)) expect(text).toMatch(/^said by [123]$/)
      expect(taken.filter(one => one.act === 'seal').length).toBe(sealed ? 1 : 0)
    }),
    { numRuns: 40 },
  )
})
