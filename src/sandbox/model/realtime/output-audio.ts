import { randomInt } from 'node:crypto'
import { clipFor } from '../../voice/clips.ts'
import { FRAME_SAMPLES } from '../../voice/mulaw.ts'
import { speak } from '../../voice/speech.ts'
import { concat } from './input-audio.ts'

/** A piece of speech: the words that begin in it, and its audio. */
export interface AudioDelta {
  text: string
  audio: Uint8Array
}

// Like the vendor's, of varying length and cut anywhere: no whole frames on purpose.
const DELTA_BYTES = [1000, 1733, 2011, 1307, 2390, 919]

/** The text as spoken µ-law audio, in deltas of 115 to 300 ms, each with the words that begin in it. */
export const deltasOf = (text: string): AudioDelta[] => {
  const audio = concat(speak({ text, utterance: randomInt(2 ** 32), clip: clipFor(text) }))
  const words = text.match(/\s*\S+/g) ?? []
  const deltas: AudioDelta[] = []
  let said = 0
  for (let at = 0; at < audio.length;) {
    const end = at + (DELTA_BYTES[deltas.length % DELTA_BYTES.length] ?? FRAME_SAMPLES)
    let delta = ''
    // The codec spreads characters evenly over the audio.
    while (words.length > 0 && (end >= audio.length || (said / text.length) * audio.length < end)) {
      const word = words.shift() ?? ''
      delta += word
      said += word.length
    }
    deltas.push({ text: delta, audio: audio.subarray(at, end) })
    at = end
  }
  return deltas
}
