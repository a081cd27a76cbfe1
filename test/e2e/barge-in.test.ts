// Interruptions on the whole stack: what is stored against what the callee heard, and how soon the agent is silent.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

import type { LegAccount } from '../../src/sandbox/carrier/account.ts'
import { IN_TURN, startScenarioStack } from '../support/scenario-stack.ts'
import type { ScenarioStack } from '../support/scenario-stack.ts'

/** The model needs 60 ms to notice speech and a leg is 100 ms ahead of it at most; the rest is for busy machines. */
const SOON_MS = 500

/** For how long the callee went on hearing the agent after it had begun to speak into it, in ms of media time. */
const heardInto = ({ callee }: LegAccount): number[] =>
  callee
    .filter(({ kind, whole }) => kind === 'heard' && !whole)
    .flatMap(heard => {
      const said = callee.find(({ kind, atMs }) => kind === 'said' && atMs >= heard.atMs && atMs <= heard.endMs)
      return said ? [heard.endMs - said.atMs] : []
    })

describe('at speed 20', IN_TURN, () => {
  let stack: ScenarioStack
  beforeAll(async () => {
    stack = await startScenarioStack()
  })
  afterAll(async () => await stack?.stop())

  test('a callee who interrupts once has heard what the turn says, and then hears the rest', async () => {
    const { turns, leg } = await stack.play('interrupts-once')
    expect(turns.filter(turn => turn.interrupted)).toHaveLength(1)
    expect(heardInto(leg)).toHaveLength(1)
    expect(Math.max(...heardInto(leg))).toBeLessThan(SOON_MS)
    // No word of what was cut is heard later, or out of place.
    expect(leg.callee.filter(({ text }) => text.includes('[…]'))).toEqual([])
  })

  test('ten interruptions in a row are ten cuts', async () => {
    const { leg } = await stack.play('interrupts-always')
    expect(leg.callee.filter(({ kind }) => kind === 'said')).toHaveLength(11)
    expect(leg.callee.filter(({ kind, whole }) => kind === 'heard' && !whole).length).toBeGreaterThanOrEqual(10)
    expect(Math.max(...heardInto(leg))).toBeLessThan(SOON_MS)
    expect(leg.callee.filter(({ text }) => text.includes('[…]'))).toEqual([])
    expect(leg.warnings).toEqual([])
  })

  test('two who begin at the same time hear each other, and go on', async () => {
    const { turns } = await stack.play('talks-at-the-same-time')
    // Between them the callee may have asked again, where all that it heard of the agent was half a word.
    const spokenInto = [
      'You have reached the front desk.',
      'Hello, hello? Is there anybody?',
      'A moment, I have to find my book.',
    ]
    expect(turns.map(({ text }) => text).filter(text => spokenInto.includes(text))).toEqual(spokenInto)
  })
})

describe('in real time', IN_TURN, () => {
  let stack: ScenarioStack
  beforeAll(async () => {
    stack = await startScenarioStack(1)
  })
  afterAll(async () => await stack?.stop())

  test('a callee who interrupts has heard what the turn says', async () => {
    const { turns, leg } = await stack.play('hangs-up-mid-sentence')
    expect(turns.map(({ role, interrupted }) => [role, interrupted])).toEqual([
      ['callee', false],
      ['agent', true],
      ['callee', false],
    ])
    expect(heardInto(leg)).toHaveLength(1)
    expect(Math.max(...heardInto(leg))).toBeLessThan(SOON_MS)
  })
})
