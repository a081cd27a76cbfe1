// µ-law of ITU-T G.711, 8,000 samples a second: the only audio on a phone leg.

/** Samples a second of all audio here. */
export const SAMPLE_RATE = 8000
/** Samples, and bytes, in 20 ms. */
export const FRAME_SAMPLES = 160
/** The µ-law sample of digital silence. */
export const SILENCE = 0xff

const BIAS = 0x84
const CLIP = 32635

/** One linear 16-bit sample as a µ-law byte. */
export const encodeSample = (linear: number): number => {
  const sign = linear < 0 ? 0x80 : 0
  const magnitude = Math.min(Math.round(Math.abs(linear)), CLIP) + BIAS
  const exponent = 24 - Math.clz32(magnitude)
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f
  return ~(sign | (exponent << 4) | mantissa) & 0xff
}

/** One µ-law byte as a linear 16-bit sample. */
export const decodeSample = (byte: number): number => {
  const bits = ~byte & 0xff
  const magnitude = (((bits & 0x0f) << 3) + BIAS) << ((bits >> 4) & 0x07)
  return bits & 0x80 ? BIAS - magnitude : magnitude - BIAS
}

/** A new piece of silence of that many samples. */
export const silence = (samples: number): Uint8Array => new Uint8Array(samples).fill(SILENCE)
