import fc from 'fast-check'
import { expect, test } from 'vitest'

import { newCall } from '../../src/calls/call.ts'
import type { Call } from '../../src/calls/call.ts'
import { newConversation } from '../../src/conversations/conversation.ts'
import type { Conversation } from '../../src/conversations/conversation.ts'
import { instruct } from '../../src/providers/twilio/instructions.ts'
import type { Situation } from '../../src/providers/twilio/instructions.ts'
import { callRequest } from '../support/call-request.ts'

const NOW = new Date('2026-02-20T12:00:00Z')
const LATER = new Date('2026-02-20T12:01:00Z')

const call: Call = {
  ...newCall('cl_1', 'acc_1', 'test', callRequest(), NOW),
  status: 'in_progress',
  legId: 'CA1',
}

const conversation: Conversation = {
  ...newConversation('cl_1'),
  ready: { generation: 2, host: 'h', url: 'wss://h/streams', token: 'secret', expiresAt: LATER },
}

const situation: Situation = { call, conversation, legId: 'CA1', after: 1, isHostAlive: true, now: NOW }
const instructed = (changes: Partial<Situation>) => instruct({ ...situation, ...changes })
const ended = { by: 'host', reason: 'agent_ended', at: NOW } as const

test('a live host that is newer than the lost one gets the stream', () => {
  const expected = { kind: 'connect', url: 'wss://h/streams', token: 'secret', generation: 2 }
  expect(instructed({})).toEqual(expected)
  expect(instructed({ after: 0 })).toEqual(expected)
})

test('at the fallback address what was lost is the generation that the conversation is at', () => {
  const after = 'current'
  expect(instructed({ after })).toMatchObject({ kind: 'connect', generation: 2 })
  expect(instructed({ after, conversation: { ...conversation, generation: 2 } })).toEqual({
    kind: 'wait',
    lost: 2,
  })
  expect(instructed({ after, conversation: { ...conversation, generation: 1 } })).toMatchObject({
    kind: 'connect',
  })
  expect(instructed({ after, conversation: null })).toEqual({ kind: 'wait', lost: 0 })
})

test.each<[string, Partial<Situation>]>([
  ['unknown', { call: null }],
  ['over', { call: { ...call, status: 'completed' } }],
  ["another leg's", { legId: 'CA2' }],
  ['without this leg', { call: { ...call, legId: null } }],
  ['one whose leg has ended', { call: { ...call, leg: { sequence: 1, ended: 'completed' } } }],
  ['one whose conversation has ended', { conversation: { ...conversation, ended } }],
  ['one whose conversation is sealed', { conversation: { ...conversation, sealed: NOW } }],
])('the leg of a call that is %s is hung up', (_, changes) => {
  expect(instructed(changes)).toEqual({ kind: 'hangup' })
})

test.each<[string, Partial<Situation>, number]>([
  ['there is no conversation yet', { conversation: null, after: 0 }, 0],
  ['no host is ready', { conversation: { ...conversation, ready: null } }, 1],
  ['the ready host is the one that was lost', { after: 2 }, 2],
  [
    'its token is used up',
    { conversation: { ...conversation, ready: { ...conversation.ready!, token: null } } },
    1,
  ],
  ['its lease is stale', { isHostAlive: false }, 2],
  ['its token has expired', { now: LATER }, 2],
])('the carrier waits while %s', (_, changes, lost) => {
  expect(instructed(changes)).toEqual({ kind: 'wait', lost })
})

test('a stream is only ever offered by a live host, newer than the lost one, with a token that still counts', () => {
  fc.assert(
    fc.property(
      fc.record({
        after: fc.nat(4),
        generation: fc.nat(4),
        token: fc.constantFrom(null, 'secret'),
        isHostAlive: fc.boolean(),
        expiresAt: fc.constantFrom(NOW, LATER),
        isOver: fc.boolean(),
      }),
      ({ after, generation, token, isHostAlive, expiresAt, isOver }) => {
        const ready = { generation, host: 'h', url: 'wss://h/streams', token, expiresAt }
        const given = { ...conversation, ready, ended: isOver ? ended : null }
        const instruction = instructed({ after, isHostAlive, conversation: given })
        const isOffered = !isOver && isHostAlive && generation > after && token !== null && expiresAt > NOW
        expect(instruction.kind).toBe(isOver ? 'hangup' : isOffered ? 'connect' : 'wait')
      },
    ),
  )
})
