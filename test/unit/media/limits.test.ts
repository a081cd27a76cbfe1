import { describe, expect, test } from 'vitest'

import { createLimits } from '../../../src/media/limits.ts'
import type { LimitAction } from '../../../src/media/limits.ts'

type Speaking = { callee?: [number, number][]; agent?: [number, number][] }

/** Plays a conversation frame by frame; returns what was due, and when. */
const play = (
  untilMs: number,
  { callee = [], agent = [] }: Speaking = {},
  limits = createLimits(600_000, 0),
  fromMs = 0,
) => {
  const due: [number, LimitAction][] = []
  const within = (spans: [number, number][], ms: number) => spans.some(([from, to]) => ms >= from && ms < to)
  for (let mediaMs = fromMs + 20; mediaMs <= untilMs; mediaMs += 20) {
    const action = limits.tick({
      mediaMs,
      isCalleeSpeaking: within(callee, mediaMs),
      isAgentSpeaking: within(agent, mediaMs),
    })
    if (action) due.push([mediaMs, action])
  }
  return due
}

describe('silence', () => {
  test('the agent begins when nobody has spoken for 2 s', () => {
    expect(play(9_000)).toEqual([[2_000, 'speak_first']])
  })

  test('the agent does not begin when the callee does', () => {
    expect(play(9_000, { callee: [[1_980, 3_000]] })).toEqual([])
  })

  test('after 10 s the agent asks once, and 20 s after its question it ends', () => {
    const spoken: Speaking = { callee: [[500, 1_000]], agent: [[11_100, 12_000]] }
    expect(play(31_980, spoken)).toEqual([
      [10_980, 'ask_if_there'],
      [31_980, 'end_silence'],
    ])
  })

  test('an answer sets everything back', () => {
    const spoken: Speaking = {
      callee: [
        [500, 1_000],
        [20_000, 21_000],
      ],
    }
    expect(play(36_000, spoken)).toEqual([
      [10_980, 'ask_if_there'],
      [30_980, 'ask_if_there'],
    ])
  })

  test('nobody is asked anything while somebody speaks', () => {
    expect(play(60_000, { callee: [[0, 30_000]], agent: [[30_000, 60_000]] })).toEqual([])
  })

  test('after a break somebody has to begin again', () => {
    const limits = createLimits(600_000, 0)
    play(5_000, { callee: [[100, 4_900]] }, limits)
    limits.resume(5_000)
    expect(play(7_100, {}, limits, 5_000)).toEqual([[7_000, 'speak_first']])
  })
})

test('the length counts from the answer, over all hosts, whoever speaks', () => {
  const limits = createLimits(60_000, 58_000)
  expect(play(60_000, { callee: [[0, 70_000]] }, limits, 58_000)).toEqual([[60_000, 'end_duration']])
})
