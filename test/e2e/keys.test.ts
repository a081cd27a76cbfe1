// Menus, on the whole stack: keys are tones in the audio, decoded by the callee's own ear.
import { afterAll, beforeAll, expect, it } from 'vitest'

import { startScenarioStack } from '../support/scenario-stack.ts'
import type { ScenarioStack } from '../support/scenario-stack.ts'

let stack: ScenarioStack
beforeAll(async () => {
  stack = await startScenarioStack()
})
afterAll(async () => await stack?.stop())

it('a menu of two levels is listened to, and leads to a person', async () => {
  const { call, leg } = await stack.play('menu')
  const keys = leg.callee.filter(({ text }) => text.startsWith('[pressed '))
  expect(keys.map(({ text }) => text)).toEqual(['[pressed 1]', '[pressed 2]'])
  for (const key of keys) {
    const before = leg.callee.findLast(({ kind, atMs }) => kind === 'said' && atMs < key.atMs)
    expect(before?.whole).toBe(true)
    expect(key.atMs).toBeGreaterThan(before!.endMs)
  }
  expect(call).toMatchObject({ answered_by: 'human', outcome: 'achieved' })
})

it('another objective presses another key', async () => {
  const { call } = await stack.play('menu', { objective: 'Ask for the opening hours on Sunday' })
  expect(call.transcript).toContain('Agent: [pressed 2]\nCallee: To hear the wine list')
})

it('a menu that leads back to itself is given up when it comes for the third time', async () => {
  const { call, leg } = await stack.play('menu-without-end')
  expect(leg.callee.filter(({ text }) => text.startsWith('[pressed '))).toHaveLength(2)
  expect(leg.streams[0]?.end).toBe('served')
  expect(call).toMatchObject({ answered_by: 'machine', outcome: 'not_achieved' })
})
