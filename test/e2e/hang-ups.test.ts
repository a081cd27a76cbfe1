// Who hangs up, and when, on the whole stack: what was said is there, and the carrier's leg is down.
import { afterAll, beforeAll, expect, test } from 'vitest'

import { startScenarioStack } from '../support/scenario-stack.ts'
import type { ScenarioStack } from '../support/scenario-stack.ts'

let stack: ScenarioStack
beforeAll(async () => {
  stack = await startScenarioStack()
})
afterAll(async () => await stack?.stop())

test('the agent’s goodbye is heard to its end before our side closes the line', async () => {
  const { turns, leg } = await stack.play('agrees')
  expect(turns.at(-1)).toMatchObject({ role: 'agent', interrupted: false })
  expect(leg.callee.at(-1)).toMatchObject({ kind: 'heard', whole: true })
  expect(leg.streams.map(({ end }) => end)).toEqual(['served'])
  expect(leg.status).toBe('completed')
})

test('a callee who hangs up in the middle of its own sentence is heard until there', async () => {
  const { turns, leg } = await stack.play('hangs-up-mid-sentence')
  const said = leg.callee.findLast(({ kind }) => kind === 'said')
  expect(said).toMatchObject({ whole: false })
  expect(turns.at(-1)).toMatchObject({ role: 'callee', text: said?.text })
  expect(leg).toMatchObject({ status: 'completed', streams: [{ end: 'stopped' }] })
})

test('a callee who hangs up at once has said and heard nothing', async () => {
  const { call, turns, leg } = await stack.play('hangs-up-at-once')
  expect(turns).toEqual([])
  expect(call.transcript).toBeNull()
  expect(leg).toMatchObject({ status: 'completed', callee: [] })
})

test('a callee who hangs up during the goodbye has heard a part of it', async () => {
  const { turns, leg } = await stack.play('hangs-up-during-goodbye')
  expect(turns.at(-1)).toMatchObject({ role: 'agent', text: 'Thank you very much.', interrupted: true })
  expect(leg).toMatchObject({ status: 'completed', streams: [{ end: 'stopped' }] })
})

test('a callee who asks something at the goodbye is answered, and then told goodbye', async () => {
  const { turns, leg } = await stack.play('asks-a-question-at-goodbye')
  const asked = turns.findIndex(({ text }) => text === 'Wait, what was the name again?')
  expect(turns[asked - 1]).toMatchObject({ role: 'agent', interrupted: true })
  expect(turns.slice(asked + 1).map(({ text }) => text)).toEqual([
    'Please put it under Alex Rivera.',
    'Thank you, it is booked. See you then.',
    'Thank you very much. Goodbye.',
  ])
  // The agent calls its tool again: the callee does not have to hang up.
  expect(leg.streams.map(({ end }) => end)).toEqual(['served'])
})
