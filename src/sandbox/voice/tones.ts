// Hears telephone keys in µ-law audio. Sources: ITU-T Q.23 (frequencies) and Q.24 (how a receiver tells them from speech).
// T1  A key is two tones, one of each group, that are nearly all there is in a frame, in 40 ms at least.
// T2  A key that is held is one key; the next one needs a gap.
import { decodeSample, SAMPLE_RATE } from './mulaw.ts'

const LOW_HZ = [697, 770, 852, 941]
const HIGH_HZ = [1209, 1336, 1477, 1633]
const KEYPAD = ['123A', '456B', '789C', '*0#D']

/** A telephone's tones may be off by 1.5 %. */
const OFF = [0.985, 1, 1.015]

const LEAST_FRAMES = 2
/** Mean square of 16-bit samples below which nothing is taken for a tone: about -25 dBm0. */
const LEAST_POWER = 900 ** 2
/** The share of a frame's energy that the two tones have. */
const LEAST_SHARE = 0.75
/** How much louder one tone may be than the other, as power: 8 dB for the higher, 4 dB for the lower. */
const HIGH_TWIST = 10 ** 0.8
const LOW_TWIST = 10 ** 0.4

export interface KeyDecoder {
  /** Takes 20 ms; gives a key at the moment at which it is certain. */
  push: (frame: Uint8Array) => string | null
}

/** A decoder for one direction of one leg. */
export const createKeyDecoder = (): KeyDecoder => {
  let key: string | null = null
  let frames = 0
  return {
    push: frame => {
      const heard = keyIn(frame)
      frames = heard === key ? frames + 1 : 1
      key = heard
      return frames === LEAST_FRAMES ? key : null
    },
  }
}

/** The key whose tones a frame is made of. */
const keyIn = (frame: Uint8Array): string | null => {
  const samples = Float64Array.from(frame, decodeSample)
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length
  if (power < LEAST_POWER) return null
  const low = loudest(LOW_HZ, samples)
  const high = loudest(HIGH_HZ, samples)
  const isPure = low.power + high.power >= LEAST_SHARE * power
  const isBalanced = high.power <= low.power * HIGH_TWIST && low.power <= high.power * LOW_TWIST
  return isPure && isBalanced ? (KEYPAD[low.index]?.[high.index] ?? null) : null
}

const loudest = (group: readonly number[], samples: Float64Array): { index: number; power: number } => {
  const powers = group.map(hz => Math.max(...OFF.map(off => powerAt(hz * off, samples))))
  const power = Math.max(...powers)
  return { index: powers.indexOf(power), power }
}

/** Goertzel's algorithm: the mean square of one frequency. */
const powerAt = (hz: number, samples: Float64Array): number => {
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / SAMPLE_RATE)
  let [last, beforeLast] = [0, 0]
  for (const sample of samples) [last, beforeLast] = [sample + coefficient * last - beforeLast, last]
  const squared = last * last + beforeLast * beforeLast - coefficient * last * beforeLast
  return (2 * squared) / samples.length ** 2
}
