// Machines that answer, on the whole stack. The carrier's word on who answered may be wrong; what is heard decides.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { startScenarioStack } from '../support/scenario-stack.ts'
import type { ScenarioStack, Played } from '../support/scenario-stack.ts'

let stack: ScenarioStack
beforeAll(async () => {
  stack = await startScenarioStack()
})
afterAll(async () => await stack?.stop())

const detected = ({ leg }: Played): string[] =>
  leg.requests.filter(({ purpose }) => purpose === 'amd').map(({ event }) => event)

const saidByAgent = ({ leg }: Played): string[] =>
  leg.callee.filter(({ kind }) => kind === 'heard').map(({ text }) => text)

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
