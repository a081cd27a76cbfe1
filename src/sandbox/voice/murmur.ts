// Two seconds of synthetic murmur, made once: voiced all through, with the pitch and the swell of slow talk.
import { encodeSample, SAMPLE_RATE } from './mulaw.ts'

const SECONDS = 2
const HARMONICS = [1, 0.7, 0.5, 0.35, 0.2, 0.12]
const LOUDNESS = 2600

/** The murmur, as µ-law. It repeats without a click, for all its frequencies are whole multiples of half a hertz. */
export const MURMUR: Uint8Array = Uint8Array.from({ length: SECONDS * SAMPLE_RATE }, (_, n) => {
  const t = n / SAMPLE_RATE
  // Pitch around 120 Hz, wandering as intonation does; four syllables a second that never fall quite silent.
  const phase = 2 * Math.PI * (120 * t + 6 * Math.sin(Math.PI * t))
  const swell = 0.65 + 0.35 * Math.sin(2 * Math.PI * 4 * t)
  const voice = HARMONICS.reduce((sum, gain, i) => sum + gain * Math.sin((i + 1) * phase), 0)
  return encodeSample(LOUDNESS * swell * voice)
})

/** One 440 Hz second as µ-law, for beeps and music on hold. */
export const TONE: Uint8Array = Uint8Array.from({ length: SAMPLE_RATE }, (_, n) =>
  encodeSample(9000 * Math.sin((2 * Math.PI * 440 * n) / SAMPLE_RATE)),
)
