// Whether somebody speaks is judged by energy alone, so that real speech counts too.
import { decodeSample } from './mulaw.ts'

/** Mean amplitude of 16-bit samples above which a piece counts as voiced: about -44 dBFS, well over line noise. */
const VOICED_AMPLITUDE = 200

const AMPLITUDES = Float64Array.from({ length: 256 }, (_, byte) => Math.abs(decodeSample(byte)))

/** Mean amplitude of a piece of µ-law audio, 0 to 32,124; 0 for an empty one. */
export const energyOf = (piece: Uint8Array): number => {
  let sum = 0
  for (const byte of piece) sum += AMPLITUDES[byte] ?? 0
  return piece.length === 0 ? 0 : sum / piece.length
}

/** Whether a piece of µ-law audio, usually 20 ms, is voiced. */
export const isVoiced = (piece: Uint8Array): boolean => energyOf(piece) > VOICED_AMPLITUDE
