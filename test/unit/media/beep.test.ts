import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { createBeepDetector } from '../../../src/media/beep.ts'
import { tonesOf } from '../../../src/media/tones.ts'
import { BEEP, FAX_ANSWER, toneFrames } from '../../../src/sandbox/voice/beep.ts'
import { silence } from '../../../src/sandbox/voice/mulaw.ts'
import { speak } from '../../../src/sandbox/voice/speech.ts'

/** The ms of audio after which a beep was over, for each that was found. */
const beepsIn = (pieces: Uint8Array[], offset = 0): number[] => {
  const audio = Buffer.concat([silence(offset), ...pieces, silence(1600)])
  const detector = createBeepDetector()
  const found: number[] = []
  for (let at = 0; at + 160 <= audio.length; at += 160)
    if (detector.push(audio.subarray(at, at + 160).toString('base64'))) found.push((at + 160) / 8)
  return found
}

const pause = (ms: number): Uint8Array => silence(ms * 8)
const words = (text: string, utterance = 1): Uint8Array[] => speak({ text, utterance })

describe('a beep', () => {
  test('is found once it is over and quiet, whatever its pitch and wherever a frame begins', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 420, max: 1950 }),
        fc.integer({ min: 8, max: 50 }),
        fc.integer({ min: 0, max: 159 }),
        (hz, frames, offset) => {
          const found = beepsIn([pause(100), ...toneFrames({ hz, ms: frames * 20 })], offset)
          expect(found).toHaveLength(1)
          expect(found[0]! - 100 - frames * 20).toBeLessThanOrEqual(160)
        },
      ),
    )
  })

  test('is found after a greeting', () => {
    const greeting = words('Please leave a message after the tone.')
    expect(beepsIn([...greeting, pause(800), ...toneFrames(BEEP)])).toHaveLength(1)
    expect(beepsIn([...greeting, ...toneFrames(BEEP)])).toHaveLength(1)
  })

  test('is none when speech goes on right after it, or when it is too short', () => {
    expect(beepsIn([...toneFrames(BEEP), ...words('One more thing.')])).toEqual([])
    expect(beepsIn([...toneFrames({ hz: 1000, ms: 80 })])).toEqual([])
  })

  test('is not heard in speech, in the tones of keys, or in the tone of a fax', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), utterance => {
        expect(beepsIn(words('Hello, how can I help you?', utterance))).toEqual([])
      }),
    )
    expect(beepsIn([Buffer.from(tonesOf('159#'), 'base64')])).toEqual([])
    expect(beepsIn(toneFrames(FAX_ANSWER))).toEqual([])
  })
})
