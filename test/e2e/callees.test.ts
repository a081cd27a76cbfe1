// Callees of all kinds, on the whole stack: who interrupts, who hangs up and when, menus, and machines that answer. What
// is stored is held against what was heard and said on the line. Their calls are under way at the same time.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import type { LegAccount } from '../../src/sandbox/carrier/account.ts'
import { IN_TURN, startScenarioStack } from '../support/scenario-stack.ts'
import type { Played, ScenarioStack } from '../support/scenario-stack.ts'

let stack: ScenarioStack
beforeAll(async () => {
  stack = await startScenarioStack()
})
afterAll(async () => await stack?.stop())

const detected = ({ leg }: Played): string[] =>
  leg.requests.filter(({ purpose }) => purpose === 'amd').map(({ event }) => event)

const saidByAgent = ({ leg }: Played): string[] =>
  leg.callee.filter(({ kind }) => kind === 'heard').map(({ text }) => text)

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

describe('who interrupts', IN_TURN, () => {
  it('a callee who interrupts once has heard what the turn says, and then hears the rest', async () => {
    const { turns, leg } = await stack.play('interrupts-once')
    expect(turns.filter(turn => turn.interrupted)).toHaveLength(1)
    expect(heardInto(leg)).toHaveLength(1)
    expect(Math.max(...heardInto(leg))).toBeLessThan(SOON_MS)
    // No word of what was cut is heard later, or out of place.
    expect(leg.callee.filter(({ text }) => text.includes('[…]'))).toEqual([])
  })

  it('ten interruptions in a row are ten cuts', async () => {
    const { leg } = await stack.play('interrupts-always')
    expect(leg.callee.filter(({ kind }) => kind === 'said')).toHaveLength(11)
    expect(leg.callee.filter(({ kind, whole }) => kind === 'heard' && !whole).length).toBeGreaterThanOrEqual(10)
    expect(Math.max(...heardInto(leg))).toBeLessThan(SOON_MS)
    expect(leg.callee.filter(({ text }) => text.includes('[…]'))).toEqual([])
    expect(leg.warnings).toEqual([])
  })

  it('two who begin at the same time hear each other, and go on', async () => {
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

describe('who interrupts, in real time', IN_TURN, () => {
  let stack: ScenarioStack
  beforeAll(async () => {
    stack = await startScenarioStack(1)
  })
  afterAll(async () => await stack?.stop())

  it('a callee who interrupts has heard what the turn says', async () => {
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

describe('who hangs up', IN_TURN, () => {
  it('the agent’s goodbye is heard to its end before our side closes the line', async () => {
    const { turns, leg } = await stack.play('agrees')
    expect(turns.at(-1)).toMatchObject({ role: 'agent', interrupted: false })
    expect(leg.callee.at(-1)).toMatchObject({ kind: 'heard', whole: true })
    expect(leg.streams.map(({ end }) => end)).toEqual(['served'])
    expect(leg.status).toBe('completed')
  })

  it('a callee who hangs up in the middle of its own sentence is heard until there', async () => {
    const { turns, leg } = await stack.play('hangs-up-mid-sentence')
    const said = leg.callee.findLast(({ kind }) => kind === 'said')
    expect(said).toMatchObject({ whole: false })
    expect(turns.at(-1)).toMatchObject({ role: 'callee', text: said?.text })
    expect(leg).toMatchObject({ status: 'completed', streams: [{ end: 'stopped' }] })
  })

  it('a callee who hangs up at once has said and heard nothing', async () => {
    const { call, turns, leg } = await stack.play('hangs-up-at-once')
    expect(turns).toEqual([])
    expect(call.transcript).toBeNull()
    expect(leg).toMatchObject({ status: 'completed', callee: [] })
  })

  it('a callee who hangs up during the goodbye has heard a part of it', async () => {
    const { turns, leg } = await stack.play('hangs-up-during-goodbye')
    expect(turns.at(-1)).toMatchObject({ role: 'agent', text: 'Thank you very much.', interrupted: true })
    expect(leg).toMatchObject({ status: 'completed', streams: [{ end: 'stopped' }] })
  })

  it('a callee who asks something at the goodbye is answered, and then told goodbye', async () => {
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
})

describe('a menu, whose keys are tones in the audio, decoded by the callee’s own ear', IN_TURN, () => {
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
})

// The carrier's word on who answered may be wrong; what is heard decides.
describe('a machine', IN_TURN, () => {
  describe('a voicemail', () => {
    it.each(['voicemail', 'voicemail-taken-for-a-person'])(
      '%s gets one whole message after its beep, with the name of the caller, and the line is closed',
      async name => {
        const played = await stack.play(name)
        const messages = saidByAgent(played)
        expect(messages).toEqual([
          expect.stringMatching(/AI assistant.*Alex Rivera.*table for 2 at 7pm.*Goodbye\.$/),
        ])
        expect(played.call).toMatchObject({ answered_by: 'machine', outcome: 'partial' })
        const [greeting, message] = played.leg.callee
        // The greeting, 800 ms of silence, and the beep of 400 ms are over before the first word.
        expect(message!.atMs).toBeGreaterThan(greeting!.endMs + 1_200)
        expect(message!.whole).toBe(true)
        expect(played.leg.streams[0]?.end).toBe('served')
      },
    )

    it('is left another message for another objective', async () => {
      const played = await stack.play('voicemail', {
        objective: 'Ask for the opening hours on Sunday',
        caller_name: 'Jo',
      })
      expect(saidByAgent(played)[0]).toMatch(/Jo.*opening hours on Sunday/)
    })
  })

  it('a person whom the carrier takes for a machine is talked with as any person', async () => {
    const played = await stack.play('person-taken-for-a-machine')
    expect(detected(played)).toEqual(['machine_end_other'])
    expect(played.call).toMatchObject({ answered_by: 'human', outcome: 'achieved' })
  })

  it('a fax ends the call by the carrier’s word, and not by the callee’s patience', async () => {
    const played = await stack.play('fax')
    expect(detected(played)).toEqual(['fax'])
    expect(played.call).toMatchObject({ answered_by: 'machine' })
    expect(played.leg.streams[0]?.end).toBe('served')
  })

  it('a silent line is asked whether anyone is there, and then given up', async () => {
    const played = await stack.play('silent-line')
    expect(played.call).toMatchObject({ answered_by: null })
    expect(saidByAgent(played)).toHaveLength(2)
    expect(played.leg.streams[0]?.end).toBe('served')
  })
})
