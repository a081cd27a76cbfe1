import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isVoiced } from '../../../src/sandbox/voice/energy.ts'
import { decodeFrame, encodeFrame } from '../../../src/sandbox/voice/frame.ts'
import { createListener, GAP } from '../../../src/sandbox/voice/listener.ts'
import type { HeardUtterance } from '../../../src/sandbox/voice/listener.ts'
import { decodeSample, encodeSample, silence } from '../../../src/sandbox/voice/mulaw.ts'
import { framesFor, speak, speakable } from '../../../src/sandbox/voice/speech.ts'

const anyText = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 })
const anyUtterance = fc.nat({ max: 0xffffffff })
const anyCuts = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 20 })

const hear = (audio: Uint8Array, cuts: number[] = [160]): HeardUtterance[] => {
  const listener = createListener()
  const ended: HeardUtterance[] = []
  for (let at = 0, i = 0; at < audio.length; i++) {
    const length = cuts[i % cuts.length]!
    ended.push(...listener.push(audio.subarray(at, at + length)).ended)
    at += length
  }
  return [...ended, ...listener.end()]
}
const join = (pieces: Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(pieces))

describe('speech that carries its words', () => {
  it('is heard as it was said, whatever the text and however it is cut up', () => {
    fc.assert(
      fc.property(anyText, anyUtterance, anyCuts, fc.nat(400), (text, utterance, cuts, before) => {
        const frames = speak({ text, utterance })
        const heard = hear(join([silence(before), ...frames]), cuts)
        expect(heard).toEqual([
          {
            utterance,
            kind: 'speech',
            text: speakable(text),
            complete: true,
            startSample: before,
            endSample: before + frames.length * 160,
          },
        ])
      }),
    )
  })

  it('is heard between pieces of other audio', () => {
    const noise = fc.uint8Array({ minLength: 0, maxLength: 800 })
    fc.assert(
      fc.property(anyText, anyUtterance, noise, noise, (text, utterance, before, after) => {
        const heard = hear(join([before, ...speak({ text, utterance }), after]))
        expect(heard.map(one => one.text)).toEqual([speakable(text)])
      }),
    )
  })

  it('is heard with a gap where frames were lost, and incomplete', () => {
    const loss = fc.infiniteStream(fc.boolean())
    fc.assert(
      fc.property(anyText, anyUtterance, loss, (text, utterance, kept) => {
        const frames = speak({ text, utterance }).filter(() => kept.next().value)
        fc.pre(frames.length > 0)
        const whole = frames.length === framesFor(speakable(text))
        const [heard, ...others] = hear(join(frames))
        expect(others).toEqual([])
        expect(heard!.complete).toBe(whole)
        const indexes = frames.map(frame => decodeFrame(frame)!.index)
        const expected = frames.map((frame, i) => {
          const gap = indexes[i]! > (i === 0 ? 0 : indexes[i - 1]! + 1)
          return (gap ? GAP : '') + decodeFrame(frame)!.text
        })
        expect(heard!.text).toBe(expected.join(''))
      }),
    )
  })

  it('counts a repeated frame once, and puts frames that changed places in order', () => {
    fc.assert(
      fc.property(anyText, anyUtterance, fc.infiniteStream(fc.nat(3)), (text, utterance, dice) => {
        const frames = speak({ text, utterance })
        const jumbled = frames
          .flatMap((frame, i) => (dice.next().value === 0 ? [frame, frame] : [frame]).map(f => ({ f, i })))
          .map(({ f, i }) => ({ f, key: i + dice.next().value }))
          .sort((a, b) => a.key - b.key)
          .map(({ f }) => f)
        expect(hear(join(jumbled)).map(one => [one.text, one.complete])).toEqual([[speakable(text), true]])
      }),
    )
  })

  it('gives each frame once, however often it comes', () => {
    const frames = speak({ text: 'Twice over', utterance: 5 })
    const heard = createListener().push(join(frames.flatMap(frame => [frame, frame])))
    expect(heard.frames.map(frame => frame.index)).toEqual(frames.map((_, index) => index))
    expect(heard.frames.map(frame => frame.text).join('')).toBe('Twice over')
  })

  it('is heard as a prefix when it is cut off at any sample, and the next utterance is heard whole', () => {
    fc.assert(
      fc.property(anyText, anyUtterance, fc.double({ min: 0, max: 1, noNaN: true }), (text, utterance, share) => {
        const frames = speak({ text, utterance })
        const cut = Math.floor(frames.length * 160 * share)
        // The carrier pads a partial frame; one that lacks a bit or two may be whole again by that.
        const padded = join([join(frames).subarray(0, cut), silence((160 - (cut % 160)) % 160)])
        const arrived = frames.filter((_, i) => decodeFrame(padded, i * 160)).length
        const next = speak({ text: 'And the next.', utterance: (utterance + 1) >>> 0 })
        const heard = hear(join([padded, ...next, silence(4000)]))
        const first = heard.find(one => one.utterance === utterance)
        if (arrived === 0) expect(first).toBeUndefined()
        else {
          expect(speakable(text).startsWith(first!.text)).toBe(true)
          expect(first!.complete).toBe(arrived === frames.length)
        }
        expect(heard.find(one => one.utterance !== utterance)?.text).toBe('And the next.')
      }),
    )
  })

  it('that pauses for more than half a second goes on as a second part, without a gap', () => {
    const frames = speak({ text: 'a table for two', utterance: 7 })
    const heard = hear(join([...frames.slice(0, 20), silence(8000), ...frames.slice(20)]))
    expect(heard.map(one => one.complete)).toEqual([false, false])
    expect(heard.map(one => one.text).join('')).toBe('a table for two')
  })

  it('takes a second for fifteen characters, and is voiced all through', () => {
    const frames = speak({ text: 'fifteen letters', utterance: 1 })
    expect(frames).toHaveLength(50)
    expect(frames.every(isVoiced)).toBe(true)
    expect(speak({ text: 'fifteen letters', utterance: 1 })).toEqual(frames)
  })

  it('sounds like the clip it is given, silent after its end, and lasts at least as long as the clip', () => {
    const clip = new Uint8Array(1700).fill(encodeSample(4000))
    const frames = speak({ text: 'Hi', utterance: 1, clip })
    expect(frames).toHaveLength(11)
    expect(frames.map(isVoiced)).toEqual(Array.from({ length: 11 }, () => true))
    expect(hear(join(frames)).map(one => one.text)).toEqual(['Hi'])
    const longer = speak({ text: 'Hello, is there anybody?', utterance: 1, clip })
    expect(longer.map(isVoiced).slice(11)).not.toContain(true)
    expect(hear(join(longer)).map(one => one.text)).toEqual(['Hello, is there anybody?'])
  })

  it('is refused when it would take more than 65,535 frames', () => {
    expect(() => speak({ text: 'x'.repeat(20_000), utterance: 1 })).toThrow(RangeError)
    expect(speak({ text: '', utterance: 1 })).toEqual([])
  })
})

describe('a frame', () => {
  it('with one flipped bit is not heard', () => {
    fc.assert(
      fc.property(anyUtterance, fc.nat(159), (utterance, bit) => {
        const samples = silence(160)
        encodeFrame({ kind: 'beep', utterance, index: 3, count: 9, text: 'ab' }, samples)
        samples[bit]! ^= 1
        expect(decodeFrame(samples)).toBeNull()
      }),
    )
  })

  it('changes nothing but the lowest bit of each sample', () => {
    const before = Uint8Array.from({ length: 160 }, (_, n) => n)
    const after = encodeFrame({ kind: 'music', utterance: 1, index: 0, count: 1, text: '' }, before.slice())
    expect(after.map(byte => byte & 0xfe)).toEqual(before.map(byte => byte & 0xfe))
  })
})

describe('energy', () => {
  it('tells speech from silence and from faint noise', () => {
    expect(isVoiced(silence(160))).toBe(false)
    expect(isVoiced(silence(160).map((byte, n) => byte - (n % 4)))).toBe(false)
    expect(isVoiced(new Uint8Array(160).fill(encodeSample(-1500)))).toBe(true)
    expect(isVoiced(new Uint8Array(0))).toBe(false)
  })

  it('reads µ-law back to within its own steps', () => {
    fc.assert(
      fc.property(fc.integer({ min: -32_000, max: 32_000 }), linear => {
        expect(Math.abs(decodeSample(encodeSample(linear)) - linear)).toBeLessThanOrEqual(
          Math.max(8, Math.abs(linear) / 16),
        )
      }),
    )
  })
})
