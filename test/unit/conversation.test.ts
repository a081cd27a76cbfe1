import { expect, it } from 'vitest'

import { newConversation, reachedMs, turnKey, turnsOf } from '../../src/conversations/conversation.ts'
import type { StoredTurn } from '../../src/conversations/conversation.ts'

const turn = (role: StoredTurn['role'], text: string, atMs: number): StoredTurn => ({
  role,
  text,
  atMs,
  interrupted: false,
  final: true,
})

const conversationOf = (turns: StoredTurn[], mediaMs = 0) => ({
  ...newConversation('cl_1'),
  mediaMs,
  turns: Object.fromEntries(turns.map((one, index) => [turnKey(index), one])),
})

it('a turn that was known late is where it was spoken', () => {
  const late = [turn('agent', 'Hello, this is', 3200), turn('callee', 'Hello?', 180), turn('callee', 'Yes?', 5480)]
  expect(turnsOf(conversationOf(late)).map(({ text }) => text)).toEqual(['Hello?', 'Hello, this is', 'Yes?'])
})

it('turns that were begun at about the same time are in the order of their numbers', () => {
  const many = Array.from({ length: 12 }, (_, i) => turn('callee', `${i}`, 900 - i))
  expect(turnsOf(conversationOf(many)).map(({ text }) => text)).toEqual(many.map(({ text }) => text))
})

it('a successor’s turns come after those that are stored, although its time was stored before the last one began', () => {
  expect(reachedMs(conversationOf([turn('agent', 'Hello', 2500)], 2000))).toBe(2500)
  expect(reachedMs(conversationOf([], 2000))).toBe(2000)
})
