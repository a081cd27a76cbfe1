import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { BEEP, FAX_ANSWER, toneFrames } from '../../../src/sandbox/voice/beep.ts'
import { encodeSample, silence } from '../../../src/sandbox/voice/mulaw.ts'
import { speak } from '../../../src/sandbox/voice/speech.ts'
import { createKeyDecoder } from '../../../src/sandbox/voice/tones.ts'

const dual = (
  low: number,
  high: number,
  ms: number,
  { lowGain = 1, highGain = 1, noise = 0 } = {},
): Uint8Array[] =>
  Array.from({ length: ms / 20 }, (_, frame) =>
    Uint8Array.from({ length: 160 }, (_, n) => {
      const t = (frame * 160 + n) / 8000
      const hiss = noise * (((frame * 160 + n) * 7919) % 200) - noise * 100
      const tone = lowGain * Math.sin(2 * Math.PI * low * t) + highGain * Math.sin(2 * Math.PI * high * t)
      return encodeSample(8000 * tone + hiss)
    }),
  )

const keysIn = (frames: Uint8Array[]): string => {
  const decoder = createKeyDecoder()
  return frames.map(frame => decoder.push(frame) ?? '').join('')
}

const gap = [silence(160), silence(160)]

describe('a decoder of keys', () => {
  test('hears all sixteen, off by as much as a telephone may be', () => {
    const low = [697, 770, 852, 941]
    const high = [1209, 1336, 1477, 1633]
    for (const off of [0.985, 1, 1.015]) {
      const keys = low.flatMap(row => high.flatMap(column => [...dual(row * off, column * off, 60), ...gap]))
      expect(keysIn(keys)).toBe('123A456B789C*0#D')
    }
  })

  test('hears a key that is held once, and one that is pressed again twice', () => {
    expect(keysIn(dual(770, 1336, 2000))).toBe('5')
    expect(keysIn([...dual(770, 1336, 60), ...gap, ...dual(770, 1336, 60)])).toBe('55')
  })

  test('hears nothing in 20 ms of tone, in one tone alone, or in tones of unequal strength', () => {
    expect(keysIn([...dual(770, 1336, 20), ...gap])).toBe('')
    expect(keysIn([...toneFrames(BEEP), ...toneFrames(FAX_ANSWER)])).toBe('')
    expect(keysIn(dual(770, 1336, 200, { highGain: 0.1 }))).toBe('')
    expect(keysIn(dual(770, 1336, 200, { lowGain: 0.1 }))).toBe('')
  })

  test('hears a key through noise, and none in speech', () => {
    expect(keysIn(dual(852, 1209, 100, { noise: 10 }))).toBe('7')
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), utterance => {
        expect(keysIn(speak({ text: 'For reservations, press 1.', utterance }))).toBe('')
      }),
    )
  })
})
