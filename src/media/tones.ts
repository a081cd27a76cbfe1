// The tones of telephone keys, to be sent in the audio: a media stream has no message for them.
// Sources: ITU-T Q.23 (frequencies), Q.24 (at least 40 ms of tone and of gap), G.711 (µ-law).

const SAMPLES_PER_MS = 8
const TONE_MS = 100
const GAP_MS = 100
const PAUSE_MS = 500
const SILENCE = 0xff

/** Levels in dBm0; the higher tone is the louder one, for lines lose more of it. */
const LOW_LEVEL = -8
const HIGH_LEVEL = -6
/** A sine at the full scale of µ-law is +3.17 dBm0. */
const FULL_SCALE = 32_124
const FULL_SCALE_LEVEL = 3.17

const LOW_HZ = [697, 770, 852, 941]
const HIGH_HZ = [1209, 1336, 1477]
const KEYPAD = ['123', '456', '789', '*0#']

/** The tones of keys (0–9, *, #; `w`: half a second's pause), each followed by a gap, as base64 of µ-law audio. */
export const tonesOf = (keys: string): string =>
  Buffer.concat([...keys].map(key => TONES.get(key) ?? Buffer.alloc(0))).toString('base64')

const silence = (ms: number): Buffer => Buffer.alloc(ms * SAMPLES_PER_MS, SILENCE)

const amplitudeAt = (level: number): number => FULL_SCALE * 10 ** ((level - FULL_SCALE_LEVEL) / 20)

/** One sample of G.711 µ-law: sign, exponent and mantissa of the biased magnitude, all inverted. */
const encode = (linear: number): number => {
  const magnitude = Math.min(Math.round(Math.abs(linear)), 32_635) + 132
  const exponent = 24 - Math.clz32(magnitude)
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f
  return ~((linear < 0 ? 0x80 : 0) | (exponent << 4) | mantissa) & 0xff
}

const sine = (hz: number, level: number, n: number): number =>
  amplitudeAt(level) * Math.sin((2 * Math.PI * hz * n) / (SAMPLES_PER_MS * 1000))

const dualTone = (low: number, high: number): Buffer =>
  Buffer.from(
    Uint8Array.from({ length: TONE_MS * SAMPLES_PER_MS }, (_, n) =>
      encode(sine(low, LOW_LEVEL, n) + sine(high, HIGH_LEVEL, n)),
    ),
  )

const TONES = new Map<string, Buffer>([
  ['w', silence(PAUSE_MS)],
  ...KEYPAD.flatMap((row, low) =>
    [...row].map((key, high): [string, Buffer] => [
      key,
      Buffer.concat([dualTone(LOW_HZ[low] ?? 0, HIGH_HZ[high] ?? 0), silence(GAP_MS)]),
    ]),
  ),
])
