import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createAttention } from '../../../src/sandbox/carrier/attention.ts'
import { createEars } from '../../../src/sandbox/voice/ears.ts'
import { silence } from '../../../src/sandbox/voice/mulaw.ts'
import { speak } from '../../../src/sandbox/voice/speech.ts'

// The wall clock stands still here, but where a test moves it.
beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

const UTTERANCE = 7
const FRAMES = speak({ text: 'One, two, three, four', utterance: UTTERANCE })
/** A stream that has carried half a second of words, and then silence. */
const start = () => {
  const ears = createEars()
  const taken: number[] = []
  const attention = createAttention(ears, mediaMs => taken.push(mediaMs))
  for (const [n, frame] of FRAMES.slice(0, 25).entries()) attention.sent(frame, (n + 1) * 20)
  attention.sent(silence(160), 520)
  return {
    ...attention,
    hear: (...indexes: number[]) => ears.heard(indexes.map(index => ({ utterance: UTTERANCE, index }))),
    sayMore: (mediaMs: number, index: number) => attention.sent(FRAMES[index]!, mediaMs),
    last: () => taken.at(-1),
  }
}

it('counts pongs while no ear is known', () => {
  const attention = start()
  attention.taken(520)
  expect(attention.last()).toBe(520)
})

it('counts words only when the ear has heard them, and silence by the pongs', () => {
  const attention = start()
  attention.hear(0)
  attention.taken(520)
  expect(attention.last()).toBe(20)
  attention.hear(1, 2, 3)
  expect(attention.last()).toBe(80)
  // One that was lost on the way is not waited for when a later one was heard.
  attention.hear(24)
  expect(attention.last()).toBe(520)
})

it('takes an ear for gone that has not heard a frame for half a second, until it hears again', () => {
  const attention = start()
  attention.hear(0)
  vi.advanceTimersByTime(499)
  attention.taken(520)
  expect(attention.last()).toBe(20)
  vi.advanceTimersByTime(1)
  attention.taken(520)
  expect(attention.last()).toBe(520)
  attention.sayMore(540, 25)
  attention.sayMore(560, 26)
  attention.taken(560)
  expect(attention.last()).toBe(560)
  attention.sayMore(580, 27)
  attention.hear(25)
  attention.sayMore(600, 28)
  attention.taken(600)
  expect(attention.last()).toBe(540)
})

it('does not hear what is said on other legs, nor anything after it was stopped', () => {
  const attention = start()
  attention.stop()
  attention.hear(0)
  expect(attention.last()).toBeUndefined()
})
