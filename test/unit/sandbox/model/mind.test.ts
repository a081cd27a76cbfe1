import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { judge } from '../../../../src/sandbox/model/mind/judge.ts'
import type { Line } from '../../../../src/sandbox/model/mind/judge.ts'
import { decide } from '../../../../src/sandbox/model/mind/mind.ts'
import type { Scene } from '../../../../src/sandbox/model/mind/mind.ts'
import { parseObjective } from '../../../../src/sandbox/model/mind/objective.ts'

const endCall = {
  name: 'end_call',
  parameters: {
    type: 'object',
    properties: { reason: { type: 'string', enum: ['objective_achieved', 'objective_not_achieved', 'other'] } },
    required: ['reason'],
  },
}

const instructions = (objective: string, callerName?: string): string =>
  `You make phone calls. In your first sentence say that you are an AI assistant and that the call is recorded.
<objective>${objective}</objective>
${callerName ? `<caller_name>${callerName}</caller_name>` : ''}`

const sceneOf = (objective: string, lines: Line[], more: Partial<Scene> = {}): Scene => ({
  instructions: instructions(objective, 'Maria Rossi'),
  lines,
  tools: [endCall],
  hasCalled: false,
  ...more,
})

/** Plays a callee's lines against the mind until it calls a function; the whole conversation. */
const converse = (objective: string, calleeSays: string[]): { lines: Line[]; args: unknown; left: number } => {
  const lines: Line[] = []
  for (const [n, text] of calleeSays.entries()) {
    lines.push({ speaker: 'callee', text })
    const move = decide(sceneOf(objective, lines))
    lines.push({ speaker: 'agent', text: move.say })
    if (move.call) return { lines, args: JSON.parse(move.call.arguments), left: calleeSays.length - n - 1 }
  }
  return { lines, args: undefined, left: 0 }
}

const agentSaid = (lines: Line[]): string[] =>
  lines.filter(line => line.speaker === 'agent').map(line => line.text)

const INTRODUCTION = 'Hello, this is an AI assistant calling for Maria Rossi, and this call is recorded.'
const GREETING = 'Hello, how can I help you?'
const THANKS = 'Thank you very much. Goodbye.'
const UNDERSTOOD = 'I understand. Thank you for your time. Goodbye.'

const table = {
  objective: 'Book a table for 2 at 7pm at Nopa',
  request: 'I would like to book a table for 2 at 7pm, please.',
  agrees: 'Yes, a table for 2 at 7pm is fine. What name should I put it under?',
  offers: 'I am sorry, 7pm is taken. I could offer you 8:30pm.',
  accepted: '8:30pm works too, thank you. Please book it.',
}
const appointment = {
  objective: "Make a dentist's appointment for Tuesday at 10am",
  request: "I would like to make a dentist's appointment for Tuesday at 10am, please.",
  agrees: 'Yes, Tuesday at 10am is fine. What name should I put it under?',
  offers: 'I am sorry, Tuesday at 10am is taken. I could offer you Wednesday at 2pm.',
  accepted: 'Wednesday at 2pm works too, thank you. Please book it.',
}

describe.each([
  ['a table', table],
  ["a dentist's appointment", appointment],
])('when the objective is %s', (_, { objective, request, agrees, offers, accepted }) => {
  const outcomeOf = (lines: Line[]) => judge(parseObjective(objective), lines).outcome

  test('a callee who agrees gets the name, thanks and a goodbye, and the call is ended', () => {
    const { lines, args, left } = converse(objective, [GREETING, agrees, 'Thank you, it is booked. See you then.'])
    expect(agentSaid(lines)).toEqual([`${INTRODUCTION} ${request}`, 'Please put it under Maria Rossi.', THANKS])
    expect(args).toEqual({ reason: 'objective_achieved' })
    expect(left).toBe(0)
    expect(outcomeOf(lines)).toBe('achieved')
  })

  test('another time is accepted as it was heard, and counts as partial', () => {
    const { lines, args } = converse(objective, [
      GREETING,
      offers,
      'Great. What name should I put it under?',
      'Thank you, it is booked. See you then.',
    ])
    expect(agentSaid(lines).slice(1)).toEqual([accepted, 'Please put it under Maria Rossi.', THANKS])
    expect(args).toBeDefined()
    expect(outcomeOf(lines)).toBe('partial')
  })

  test('a callee who is fully booked is thanked and the call is ended', () => {
    const { lines, args, left } = converse(objective, [GREETING, 'I am sorry, we are fully booked.', 'never said'])
    expect(agentSaid(lines).at(-1)).toBe(UNDERSTOOD)
    expect(args).toEqual({ reason: 'objective_not_achieved' })
    expect(left).toBe(1)
    expect(outcomeOf(lines)).toBe('not_achieved')
  })
})

describe('when the objective is a question about opening hours', () => {
  const objective = 'Ask for the opening hours on Sunday'
  test.each([
    ['On Sunday we are open from 11am to 9pm.', THANKS, 'achieved'],
    ['We are closed on Sunday, but on Monday we are open from 9am to 5pm.', THANKS, 'partial'],
    ['I am sorry, I cannot tell you that.', UNDERSTOOD, 'not_achieved'],
  ])('"%s" is answered with "%s" and judged %s', (answer, goodbye, outcome) => {
    const { lines, args } = converse(objective, [GREETING, answer])
    expect(agentSaid(lines)).toEqual([`${INTRODUCTION} What are your opening hours on Sunday?`, goodbye])
    expect(args).toBeDefined()
    expect(judge(parseObjective(objective), lines).outcome).toBe(outcome)
  })
})

test('what is to be asked for is asked for', () => {
  expect(parseObjective('Ask for a table for 2')).toMatchObject({
    request: 'I would like to book a table for 2, please.',
    wanted: 'a table for 2',
  })
})

describe('when the objective is something else', () => {
  test.each(['Order 3 pizzas for delivery', 'Cancel my appointment on Friday'])('“%s” is confirmed', objective => {
    const { lines } = converse(objective, [
      GREETING,
      'Of course, that is fine. What name should I put it under?',
      'Thank you, you are all set.',
    ])
    expect(agentSaid(lines)[0]).toBe(`${INTRODUCTION} I am calling about this: ${objective}.`)
    expect(judge(parseObjective(objective), lines)).toMatchObject({
      outcome: 'achieved',
      summary: `The agent asked for “${objective}”. The callee confirmed “${objective}”.`,
    })
  })
})

describe('the mind', () => {
  test('speaks first when nobody does', () => {
    expect(decide(sceneOf(table.objective, [])).say).toBe(`${INTRODUCTION} ${table.request}`)
  })

  test('introduces itself as the instructions ask, and no further', () => {
    const say = (rules: string) =>
      decide(sceneOf('', [], { instructions: `${rules}<objective>${table.objective}</objective>` })).say
    expect(say('You are an AI assistant; say so. ')).toBe(`Hello, this is an AI assistant. ${table.request}`)
    expect(say('You are an AI assistant. The call is not recorded. ')).not.toContain('recorded')
    expect(say('You are polite. <business_name>AI Records, recorded music</business_name> ')).toBe(
      `Hello. ${table.request}`,
    )
  })

  test('says again what an interruption cut off: the introduction until it was whole, then only the request', () => {
    const cut = { speaker: 'agent', text: 'Hello, this is an AI assistant calling for' } as const
    const who = { speaker: 'callee', text: 'Hello?' } as const
    expect(decide(sceneOf(table.objective, [cut, who])).say).toBe(`${INTRODUCTION} ${table.request}`)
    const whole = { speaker: 'agent', text: `${INTRODUCTION} I would like` } as const
    expect(decide(sceneOf(table.objective, [whole, who])).say).toBe(table.request)
  })

  test('asks again for what it did not understand, three times at most, then ends the call', () => {
    const { lines, args } = converse(table.objective, [GREETING, ...Array.from({ length: 6 }, () => 'Mumble […]')])
    expect(agentSaid(lines).filter(text => text === 'Sorry, could you say that again?')).toHaveLength(3)
    expect(agentSaid(lines).at(-1)).toContain('Goodbye.')
    expect(args).toEqual({ reason: 'objective_not_achieved' })
  })

  test('repeats its last answer when the callee did not catch it', () => {
    const { lines } = converse(table.objective, [GREETING, table.agrees, 'Sorry, could you say that again?'])
    expect(agentSaid(lines).at(-1)).toBe('Please put it under Maria Rossi.')
  })

  test('obeys what one response is asked to do', () => {
    const lines = [...converse(table.objective, [GREETING]).lines]
    const obey = (directive: string) => decide(sceneOf(table.objective, lines, { directive }))
    expect(obey('Ask whether anyone is still there.')).toEqual({ say: 'Hello, are you still there?' })
    expect(obey('Say goodbye in one sentence and end the call.')).toMatchObject({
      say: 'Thank you for your time. Goodbye.',
      call: { name: 'end_call' },
    })
    expect(obey('The line was interrupted: ask to repeat what was said.').say).toContain('repeat')
  })

  test('calls no tool that it was not given, and none twice', () => {
    const lines: Line[] = [{ speaker: 'callee', text: GREETING }]
    lines.push({ speaker: 'agent', text: decide(sceneOf(table.objective, lines)).say })
    lines.push({ speaker: 'callee', text: 'I am sorry, we are fully booked.' })
    expect(decide(sceneOf(table.objective, lines, { tools: [] }))).toEqual({ say: UNDERSTOOD })
    expect(decide(sceneOf(table.objective, lines, { hasCalled: true }))).toEqual({ say: UNDERSTOOD })
  })

  test('takes every value from the objective', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 12 }), (guests, hour) => {
        const { request, wanted } = parseObjective(
          `Please book a table for ${guests} tomorrow at ${hour}pm at Chez Panisse.`,
        )
        expect(wanted).toBe(`a table for ${guests} tomorrow at ${hour}pm`)
        expect(request).toBe(`I would like to book ${wanted}, please.`)
      }),
    )
  })

  test('answers anything it may hear', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), texts => {
        for (const line of agentSaid(converse(table.objective, texts).lines)) expect(line).not.toBe('')
      }),
    )
  })
})
