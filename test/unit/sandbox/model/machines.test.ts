import { describe, expect, test } from 'vitest'

import type { Line } from '../../../../src/sandbox/model/mind/judge.ts'
import { judge } from '../../../../src/sandbox/model/mind/judge.ts'
import { hearMachine } from '../../../../src/sandbox/model/mind/machines.ts'
import { decide } from '../../../../src/sandbox/model/mind/mind.ts'
import type { Scene } from '../../../../src/sandbox/model/mind/mind.ts'
import { parseObjective } from '../../../../src/sandbox/model/mind/objective.ts'

const RULES = 'Say first that you are an AI assistant. To a voicemail or a menu: wait, or press keys.'
const GREETING = 'You have reached us. Please leave a message after the tone.'
const MENU = 'For opening hours, press 2. For reservations, press 1. To speak with a person, press 0.'

const spokeWith = { type: 'string', enum: ['person', 'machine'] }
const tools = [
  { name: 'end_call', parameters: { type: 'object', properties: { spoke_with: spokeWith } } },
  { name: 'press_keys' },
  { name: 'wait' },
]

const sceneOf = (objective: string, heard: string[], more: Partial<Scene> = {}): Scene => ({
  instructions: `${RULES}\n<objective>${objective}</objective>\n<caller_name>Maria Rossi</caller_name>`,
  lines: heard.map(text => ({ speaker: 'callee', text })),
  tools,
  hasCalled: false,
  ...more,
})

const TABLE = 'Book a table for 2 at 7pm'

describe('the mind and machines', () => {
  test('says nothing to a voicemail, and waits for its beep', () => {
    expect(decide(sceneOf(TABLE, [GREETING]))).toEqual({
      say: '',
      call: { name: 'wait', arguments: '{"until":"beep"}' },
    })
  })

  test('leaves a message when it is told to, and ends the call as one with a machine', () => {
    const { say, call } = decide(
      sceneOf(TABLE, [GREETING], { directive: 'Leave one short message. Then call end_call.' }),
    )
    expect(say).toMatch(/AI assistant calling for Maria Rossi.*table for 2 at 7pm.*Goodbye\.$/)
    expect(call).toEqual({ name: 'end_call', arguments: '{"spoke_with":"machine"}' })
  })

  test.each([
    [TABLE, '1'],
    ['Ask for the opening hours on Sunday', '2'],
    ['Tell them that I am late', '0'],
  ])('presses the key that serves "%s": %s', (objective, digits) => {
    expect(decide(sceneOf(objective, [MENU])).call).toEqual({
      name: 'press_keys',
      arguments: JSON.stringify({ digits }),
    })
  })

  test('listens on while no option fits', () => {
    expect(decide(sceneOf(TABLE, ['For opening hours, press 2.'])).call?.arguments).toBe(
      '{"until":"more_is_said"}',
    )
  })

  test('gives up a menu that comes for the third time, without a word', () => {
    const lines: Line[] = [1, 2, 3].flatMap(time => [
      { speaker: 'callee', text: MENU },
      ...(time < 3 ? [{ speaker: 'agent', text: '[pressed 1]' } as const] : []),
    ])
    expect(decide({ ...sceneOf(TABLE, []), lines })).toMatchObject({ say: '', call: { name: 'end_call' } })
  })

  test('knows none of that unless it was told', () => {
    const scene = { ...sceneOf(TABLE, [GREETING]), instructions: `<objective>${TABLE}</objective>` }
    expect(decide(scene).call).toBeUndefined()
  })

  test('does not take a person for a machine', () => {
    for (const text of ['Hello, how can I help you?', 'I will leave it at 7pm.', 'We are open from 9 to 5.'])
      expect(hearMachine(text)).toBeNull()
  })
})

test.each([
  [TABLE, 'partial'],
  ['Tell them that I am late', 'achieved'],
])('a message that was left for "%s" is judged %s', (objective, outcome) => {
  const wish = parseObjective(objective)
  const left: Line[] = [
    { speaker: 'callee', text: GREETING },
    { speaker: 'agent', text: `Hello. ${wish.request} Goodbye.` },
  ]
  expect(judge(wish, left).outcome).toBe(outcome)
  expect(judge(wish, left.slice(0, 1)).outcome).toBe('not_achieved')
})
