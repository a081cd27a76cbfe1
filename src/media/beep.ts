// The tone after which a machine records: one steady frequency that stops, with nothing said right after it.
// Frames are decoded here, and only here: nobody looks for a beep unless a machine is suspected.

const FRAME_SAMPLES = 160
/** Bins of 50 Hz: 400 Hz to 2,000 Hz. */
const FIRST_BIN = 8
const LAST_BIN = 40
/** The share of a frame's energy that one tone has; one between two bins has it in both. */
const TONE_SHARE = 0.7
/** Mean square of a frame that counts as sound, about -44 dBFS. */
const SOUND = 200 ** 2
const TONE_FRAMES = 6
const QUIET_FRAMES = 5
/** A tone seldom stops where a frame does, and may fade. */
const TAIL_FRAMES = 2

const LINEAR = Float64Array.from({ length: 256 }, (_, byte) => {
  const bits = ~byte & 0xff
  const magnitude = (((bits & 0x0f) << 3) + 132) << ((bits >> 4) & 0x07)
  return bits & 0x80 ? 132 - magnitude : magnitude - 132
})

const COEFFICIENTS = Float64Array.from(
  { length: LAST_BIN - FIRST_BIN + 1 },
  (_, n) => 2 * Math.cos((2 * Math.PI * (FIRST_BIN + n)) / FRAME_SAMPLES),
)

export interface BeepDetector {
  /** Takes the next 20 ms, base64 of µ-law; true when a beep is over, once for each. */
  push: (payload: string) => boolean
}

/** A detector for one direction of one leg. */
export const createBeepDetector = (): BeepDetector => {
  let bin: number | null = null
  let toneFrames = 0
  let tailFrames = 0
  let quietFrames = 0

  const begin = (tone: number | null): void => {
    bin = tone
    toneFrames = tone === null ? 0 : 1
    tailFrames = 0
    quietFrames = 0
  }

  const end = (): boolean => {
    if (toneFrames < TONE_FRAMES) begin(null)
    else quietFrames++
    if (quietFrames < QUIET_FRAMES) return false
    begin(null)
    return true
  }

  return {
    push: payload => {
      const samples = Float64Array.from(Buffer.from(payload, 'base64'), byte => LINEAR[byte] ?? 0)
      const energy = samples.reduce((sum, sample) => sum + sample * sample, 0)
      if (energy < SOUND * samples.length) return end()
      const tone = toneIn(samples, energy)
      const goesOn = tone !== null && bin !== null && Math.abs(tone - bin) <= 1
      if (quietFrames > 0 || (!goesOn && (toneFrames < TONE_FRAMES || tailFrames === TAIL_FRAMES))) begin(tone)
      else if (goesOn) toneFrames++
      else tailFrames++
      return false
    },
  }
}

/** The bin of the one tone that a frame is made of; `null` if it is not. */
const toneIn = (samples: Float64Array, energy: number): number | null => {
  const powers = Array.from(COEFFICIENTS, coefficient => powerAt(coefficient, samples))
  const loudest = powers.indexOf(Math.max(...powers))
  const neighbour = Math.max(powers[loudest - 1] ?? 0, powers[loudest + 1] ?? 0)
  const share = (((powers[loudest] ?? 0) + neighbour) * 2) / (samples.length * energy)
  return share >= TONE_SHARE ? loudest : null
}

/** Goertzel's algorithm: the squared magnitude of one frequency. */
const powerAt = (coefficient: number, samples: Float64Array): number => {
  let last = 0
  let beforeLast = 0
  for (const sample of samples) {
    const next = sample + coefficient * last - beforeLast
    beforeLast = last
    last = next
  }
  return last * last + beforeLast * beforeLast - coefficient * last * beforeLast
}
