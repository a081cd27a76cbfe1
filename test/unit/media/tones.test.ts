// Our tones, heard by a decoder that was written without looking at them: the sandbox's.
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { tonesOf } from '../../../src/media/tones.ts'
import { createKeyDecoder } from '../../../src/sandbox/voice/tones.ts'
import { decodeSample } from '../../../src/sandbox/voice/mulaw.ts'

const keysIn = (audio: Uint8Array): string => {
  const decoder = createKeyDecoder()
  let keys = ''
  for (let at = 0; at + 160 <= audio.length; at += 160) keys += decoder.push(audio.subarray(at, at + 160)) ?? ''
  return keys
}

const audioOf = (keys: string): Buffer => Buffer.from(tonesOf(keys), 'base64')

const KEYS = fc.string({ unit: fc.constantFrom(...'0123456789*#'), minLength: 1, maxLength: 20 })

describe('the tones of keys', () => {
  test('are heard as those keys, wherever a frame begins', () => {
    fc.assert(
      fc.property(KEYS, fc.integer({ min: 0, max: 159 }), (keys, offset) => {
        expect(keysIn(Buffer.concat([Buffer.alloc(offset, 0xff), audioOf(keys), Buffer.alloc(160, 0xff)]))).toBe(
          keys,
        )
      }),
    )
  })

  test('last 100 ms with a gap of 100 ms, in whole frames; w is half a second of silence', () => {
    expect(audioOf('1').length).toBe(1600)
    expect(
      audioOf('1')
        .subarray(800)
        .every(byte => byte === 0xff),
    ).toBe(true)
    expect(audioOf('w')).toEqual(Buffer.alloc(4000, 0xff))
    expect(keysIn(audioOf('1w1'))).toBe('11')
  })

  test('have the level of a telephone: about -4 dBm0 together, without clipping', () => {
    const samples = Array.from(audioOf('5').subarray(0, 800), decodeSample)
    const power = samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length
    const level = 3.17 + 10 * Math.log10(power / (32_124 ** 2 / 2))
    expect(level).toBeGreaterThan(-4.5)
    expect(level).toBeLessThan(-3.3)
    expect(Math.max(...samples)).toBeLessThan(32_124)
  })

  test('are the same bytes each time', () => {
    expect(tonesOf('159#')).toBe(tonesOf('159#'))
  })
})
