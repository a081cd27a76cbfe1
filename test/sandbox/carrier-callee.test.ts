import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createCallee } from '../../src/sandbox/callee/callee.ts'
import { dayAfter, laterThan } from '../../src/sandbox/callee/times.ts'
import { understand } from '../../src/sandbox/callee/understand.ts'
import { AGREEING } from '../../src/sandbox/scenarios/agrees.ts'
import { SCENARIOS, scenarioFor } from '../../src/sandbox/scenarios/table.ts'
import { createListener } from '../../src/sandbox/voice/listener.ts'
import { silence } from '../../src/sandbox/voice/mulaw.ts'
import { speak } from '../../src/sandbox/voice/speech.ts'
import { connectTwiml, startPair } from './carrier-our-side.ts'
import type { Message, Pair } from './carrier-our-side.ts'

let pair: Pair
beforeAll(async () => {
  pair = await startPair()
})
afterAll(() => pair.stop())
beforeEach(() => {
  pair.us.answer(request => (request.path === '/twiml' ? connectTwiml(pair.us.streamUrl) : ''))
})

/** Calls a number with an agent that says its lines one after the other, each when the callee has spoken. */
const converse = async (to: string, lines: string[], hangUpAtEnd = false) => {
  let utterance = 1
  pair.us.serve((socket, _start, send) => {
    const listener = createListener()
    const left = [...lines]
    socket.on('carrier', (message: Message) => {
      if (message.event === 'mark' && left.length === 0 && hangUpAtEnd) socket.close(1000)
      if (message.event !== 'media') return
      const { payload } = message['media'] as { payload: string }
      if (listener.push(Buffer.from(payload, 'base64')).ended.length === 0) return
      const text = left.shift()
      if (text === undefined) return
      const audio = Buffer.concat(speak({ text, utterance: utterance++ }))
      send({ event: 'media', media: { payload: audio.toString('base64') } })
      send({ event: 'mark', mark: { name: text } })
    })
  })
  const leg = await pair.ended(await pair.dial({ To: to }))
  return {
    leg,
    lines: leg.callee.map(line => `${line.kind === 'said' ? 'Callee' : 'Agent'}: ${line.text}`),
  }
}

const TABLE = 'Hello, I am an AI assistant calling for Ann Lee. I would like to book a table for 2 at 7pm, please.'
const DENTIST =
  "Hello, I am an AI assistant. I would like to make a dentist's appointment for Tuesday at 10am, please."
const HOURS = 'Hello, I am an AI assistant. What are your opening hours on Sunday?'
const GREETING = 'Callee: Hello, how can I help you?'
const OTHER = 'Hello, I am an AI assistant. I am calling about this: Cancel my appointment on Friday.'
const BYE = 'Thank you very much. Goodbye.'

describe('the callee', () => {
  it('agrees, asks for a name, confirms, and hangs up some seconds after the goodbye', async () => {
    const { leg, lines } = await converse('+14155550199', [TABLE, 'Please put it under Ann Lee.', BYE])
    expect(lines).toEqual([
      GREETING,
      `Agent: ${TABLE}`,
      'Callee: Yes, a table for 2 at 7pm is fine. What name should I put it under?',
      'Agent: Please put it under Ann Lee.',
      'Callee: Thank you, it is booked. See you then.',
      `Agent: ${BYE}`,
    ])
    expect(leg.callee.every(line => line.whole)).toBe(true)
    const last = leg.callee.at(-1)!
    expect(leg.statuses.at(-1)!.mediaMs - last.endMs).toBeGreaterThanOrEqual(5000)
    expect(leg.streams[0]!.end).toBe('stopped')
  })

  it('offers another time, and books it when that is taken', async () => {
    const { lines } = await converse(
      '+14155550101',
      [TABLE, '8:30pm works too, thank you. Please book it.', 'Please put it under Errand.', BYE],
      true,
    )
    expect(lines.filter(line => line.startsWith('Callee'))).toEqual([
      GREETING,
      'Callee: I am sorry, 7pm is taken. I could offer you 8:30pm.',
      'Callee: Very good, 8:30pm it is. What name should I put it under?',
      'Callee: Thank you, it is booked. See you then.',
    ])
  })

  it.each([
    ['+14155550100', HOURS, 'On Sunday we are open from 11am to 9pm.'],
    ['+14155550101', HOURS, 'We are closed on Sunday, but on Monday we are open from 9am to 5pm.'],
    ['+14155550102', HOURS, 'I am sorry, I cannot tell you that.'],
    ['+14155550100', DENTIST, 'Yes, Tuesday at 10am is fine. What name should I put it under?'],
    ['+14155550101', DENTIST, 'I am sorry, Tuesday at 10am is taken. I could offer you Tuesday at 11:30am.'],
    ['+14155550102', TABLE, 'I am sorry, we are fully booked.'],
    ['+14155550100', OTHER, 'Of course, that is fine. What name should I put it under?'],
    ['+14155550101', OTHER, 'I am sorry, that is not available. I could offer you 8:30pm.'],
    ['+14155550102', OTHER, 'I am sorry, we cannot do that.'],
    ['+14155550113', OTHER, 'Please never call this number again.'],
  ])('at %s answers “%s” with “%s”', async (to, question, answer) => {
    const { lines } = await converse(to, [question, BYE], true)
    expect(lines.slice(0, 3)).toEqual([GREETING, `Agent: ${question}`, `Callee: ${answer}`])
  })

  it('asks again what it did not understand, a few times, and then gives up', async () => {
    const { lines, leg } = await converse(
      '+14155550100',
      Array.from({ length: 5 }, () => 'Mumble mumble.'),
    )
    expect(lines.filter(line => line.startsWith('Callee')).slice(1)).toEqual([
      ...Array.from({ length: 3 }, () => 'Callee: Sorry, could you say that again?'),
      'Callee: I am sorry, I cannot help you. Goodbye.',
    ])
    expect(leg.status).toBe('completed')
  })

  it('asks whether somebody is there, and hangs up when nobody is', async () => {
    const { lines, leg } = await converse('+14155550100', [])
    expect(lines).toEqual([GREETING, 'Callee: Hello? Are you still there?', 'Callee: Hello? Are you still there?'])
    expect(leg.durationSeconds).toBeGreaterThan(45)
  })

  it('lets somebody finish who pauses in the middle', () => {
    const callee = createCallee(AGREEING, () => undefined)
    callee.pickUp()
    const pausing = new Uint8Array(8000).fill(0xff)
    const frames = [
      ...speak({ text: TABLE, utterance: 1 }),
      ...speak({ text: 'Or well, at 8pm.', utterance: 2, clip: pausing }),
    ]
    for (const frame of frames) callee.tick(frame)
    expect(callee.lines().filter(line => line.kind === 'said')).toEqual([])
    for (let i = 0; i < 100; i++) callee.tick(silence(160))
    expect(callee.lines().map(line => line.kind)).toEqual(['heard', 'heard', 'said'])
  })

  it('accounts for what was cut off: it says and hears a part, and knows it', async () => {
    pair.us.serve((socket, _start, send) => {
      const audio = Buffer.concat(speak({ text: TABLE, utterance: 9 }))
      send({ event: 'media', media: { payload: audio.subarray(0, 160 * 80).toString('base64') } })
      send({ event: 'mark', mark: { name: 'cut' } })
      socket.on('carrier', (message: Message) => {
        if (message.event === 'mark') socket.close(1000)
      })
    })
    const leg = await pair.ended(await pair.dial())
    const [heard] = leg.callee
    expect([heard!.kind, heard!.whole, TABLE.startsWith(heard!.text)]).toEqual(['heard', false, true])
    expect(heard!.text.length).toBe(24)
  })
})

describe('what a callee makes of words', () => {
  it.each([
    [
      'I would like to book a table for 2 at 7pm, please.',
      { kind: 'table', thing: 'a table for 2 at 7pm', when: '7pm' },
    ],
    [
      'I would like to book a table for 4 people tomorrow at 7:30 p.m., please.',
      { kind: 'table', thing: 'a table for 4 people tomorrow at 7:30 pm', when: 'tomorrow at 7:30 pm' },
    ],
    ['A table for six.', { kind: 'table', thing: 'A table for six', when: null }],
    [
      "I would like to make a dentist's appointment for Tuesday at 10am, please.",
      { kind: 'appointment', thing: "a dentist's appointment", when: 'Tuesday at 10am' },
    ],
    ['What are your opening hours on Sunday?', { kind: 'hours', day: 'Sunday' }],
    ['What are your opening hours?', { kind: 'hours', day: null }],
    ['I am calling about this: Order 3 pizzas for delivery.', { kind: 'other' }],
    ['I would like to book a table, please.', { kind: 'other' }],
    ['Please put it under Ann Lee.', { kind: 'name', name: 'Ann Lee' }],
    ['8:30pm works too, thank you. Please book it.', { kind: 'accept' }],
    ['I understand. Thank you for your time. Goodbye.', { kind: 'goodbye' }],
    ['I would like to book a table for […] 7pm, please.', { kind: 'unclear' }],
    ['', { kind: 'unclear' }],
  ])('“%s”', (heard, meaning) => {
    expect(understand(heard)).toEqual(meaning)
  })

  it('an hour and a half later, and the day after', () => {
    const times = ['7pm', 'Tuesday at 10am', '11:15 am', '11pm', '18:45', '23:00', 'noon']
    expect(times.map(laterThan)).toEqual([
      '8:30pm',
      'Tuesday at 11:30am',
      '12:45pm',
      '12:30am',
      '20:15',
      '0:30',
      null,
    ])
    expect([dayAfter('sunday'), dayAfter('Saturday'), dayAfter('Christmas')]).toEqual(['Monday', 'Sunday', null])
  })
})

describe('the table of scenarios', () => {
  it('has one scenario per number and name, and takes “agrees” for any other number', () => {
    for (const key of ['number', 'name'] as const)
      expect(new Set(SCENARIOS.map(one => one[key])).size).toBe(SCENARIOS.length)
    for (const one of SCENARIOS) expect(scenarioFor(one.number)).toBe(one)
    expect(scenarioFor('+14155551234').name).toBe('agrees')
  })
})
