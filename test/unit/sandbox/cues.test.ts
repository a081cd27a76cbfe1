import { expect, test } from 'vitest'

import { createCallee } from '../../../src/sandbox/callee/callee.ts'
import { AGREEING } from '../../../src/sandbox/scenarios/agrees.ts'
import type { Cue } from '../../../src/sandbox/scenarios/scenario.ts'
import { silence } from '../../../src/sandbox/voice/mulaw.ts'
import { speak } from '../../../src/sandbox/voice/speech.ts'

const INTRODUCTION = 'Hello, this is an AI assistant calling for Ann Lee, and this call is recorded.'

/** A callee with these cues on an open line; what it hears comes in 20 ms frames. */
const calleeWith = (cues: Cue[]) => {
  let hungUpAtMs: number | null = null
  let nowMs = 0
  const callee = createCallee({ ...AGREEING, cues }, () => (hungUpAtMs ??= nowMs))
  callee.pickUp()
  const hears = (frames: Uint8Array[]): void => {
    for (const frame of frames) {
      nowMs += 20
      callee.tick(frame)
    }
  }
  return {
    hears,
    says: (utterance: number, text = INTRODUCTION, ms = Number.POSITIVE_INFINITY) =>
      hears(speak({ text, utterance }).slice(0, ms / 20)),
    quiet: (ms: number) => hears(Array.from({ length: ms / 20 }, () => silence(160))),
    lines: () => callee.lines().map(({ kind, text, whole }) => [kind, text, whole]),
    account: callee.lines,
    hungUpAtMs: () => hungUpAtMs,
  }
}

test('speaks into what the agent says, once it has heard enough of it', () => {
  const { says, quiet, account } = calleeWith([{ on: { kind: 'agent_speaks', forMs: 2000 }, say: 'Hold on.' }])
  says(1)
  quiet(1000)
  const [heard, said] = account()
  expect([heard?.kind, said?.kind, said?.text]).toEqual(['heard', 'said', 'Hold on.'])
  expect(said!.atMs - heard!.atMs).toBe(1980)
})

test('speaks into one utterance once, and into the next when that begins', () => {
  const cue: Cue = { on: { kind: 'agent_speaks', forMs: 0 }, say: 'No.' }
  const { says, quiet, lines } = calleeWith([cue, cue])
  says(1)
  says(2, INTRODUCTION, 1000)
  quiet(1000)
  expect(lines().filter(([kind]) => kind === 'said')).toEqual([
    ['said', 'No.', true],
    ['said', 'No.', true],
  ])
})

test('does not answer what it spoke into, but what comes after', () => {
  const { says, quiet, lines } = calleeWith([{ on: { kind: 'agent_speaks', forMs: 400 }, say: 'Hold on.' }])
  says(1, 'I would like to book a table for 2 at 7pm, please.')
  quiet(5000)
  expect(lines().filter(([kind]) => kind === 'said')).toHaveLength(1)
  says(2, 'A table for 3 at 8pm, please.')
  quiet(5000)
  expect(lines().at(-1)![1]).toContain('table for 3 at 8pm is fine')
})

test('waits for the words of its cue', () => {
  const { says, quiet, lines } = calleeWith([
    { on: { kind: 'agent_speaks', forMs: 0, saying: 'Goodb' }, hangsUpAfterMs: 0 },
  ])
  says(1, 'Thank you.')
  quiet(400)
  const { hungUpAtMs, says: go } = calleeWith([
    { on: { kind: 'agent_speaks', forMs: 0, saying: 'Goodb' }, hangsUpAfterMs: 0 },
  ])
  go(1, 'Thank you. Goodbye.')
  expect(lines()).toEqual([['heard', 'Thank you.', true]])
  expect(hungUpAtMs()).toBeGreaterThan(1000)
})

test('hangs up in the middle of what it says: the account has what the line carried', () => {
  const { says, quiet, lines, hungUpAtMs } = calleeWith([
    { on: { kind: 'agent_speaks', forMs: 1000 }, say: 'I am not interested in that.', hangsUpAfterMs: 1000 },
  ])
  says(1)
  quiet(200)
  expect(hungUpAtMs()).toBe(2000)
  expect(lines().find(([kind]) => kind === 'said')).toEqual(['said', 'I am not intere', false])
})

test('hangs up at once, before it was connected to anybody', () => {
  let isUp = true
  const callee = createCallee(
    { ...AGREEING, cues: [{ on: { kind: 'answered', afterMs: 20 }, hangsUpAfterMs: 0 }] },
    () => (isUp = false),
  )
  callee.tick(silence(160))
  expect(isUp).toBe(false)
  expect(callee.lines()).toEqual([])
})
