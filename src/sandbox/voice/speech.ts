import { encodeFrame, MAX_FRAMES } from './frame.ts'
import type { Kind } from './frame.ts'
import { FRAME_SAMPLES, SILENCE } from './mulaw.ts'
import { MURMUR, TONE } from './murmur.ts'

/** Code points a person speaks in one second, about. */
export const CHARACTERS_PER_SECOND = 15

const FRAMES_PER_SECOND = 50

export interface Speech {
  text: string
  kind?: Kind
  /** 32 random bits that tell this utterance from every other. */
  utterance: number
  /** What it shall sound like, µ-law; without it, a murmur. */
  clip?: Uint8Array | undefined
}

/** The text as speech can carry it: well-formed Unicode without U+0000, each offender written U+FFFD. */
export const speakable = (text: string): string => text.toWellFormed().replaceAll('\u0000', '\uFFFD')

/** The number of 20 ms frames that a text takes to say. */
export const framesFor = (text: string): number =>
  Math.ceil((Array.from(text).length * FRAMES_PER_SECOND) / CHARACTERS_PER_SECOND)

/**
 * Speech as 20 ms frames of 160 µ-law bytes, 15 characters a second (longer if the clip is), each with its share of
 * the words. The same input gives the same bytes. An empty text gives no frames; one that takes more than 65,535
 * frames (about 19,600 characters) throws a RangeError.
 */
export const speak = ({ text, kind = 'speech', utterance, clip }: Speech): Uint8Array[] => {
  const points = Array.from(speakable(text))
  const spoken = framesFor(text)
  if (spoken > MAX_FRAMES) throw new RangeError(`an utterance has at most ${MAX_FRAMES} frames, not ${spoken}`)
  if (spoken === 0) return []
  const clipFrames = Math.ceil((clip?.length ?? 0) / FRAME_SAMPLES)
  const count = Math.min(Math.max(spoken, clipFrames), MAX_FRAMES)
  const shares = Array.from({ length: count }, () => '')
  // Fewer code points than frames: each gets a frame of its own, spread evenly.
  points.forEach((point, k) => (shares[Math.floor((k * count) / points.length)] = point))
  return shares.map((share, index) =>
    encodeFrame({ kind, utterance, index, count, text: share }, soundOf(kind, utterance, index, clip)),
  )
}

const soundOf = (kind: Kind, utterance: number, index: number, clip: Uint8Array | undefined): Uint8Array => {
  const at = index * FRAME_SAMPLES
  if (clip) {
    const piece = new Uint8Array(FRAME_SAMPLES).fill(SILENCE)
    piece.set(clip.subarray(at, at + FRAME_SAMPLES))
    return piece
  }
  const loop = kind === 'beep' || kind === 'music' ? TONE : MURMUR
  // Each utterance begins elsewhere in the loop, so that no two sound alike; loops are whole frames long.
  const start = (at + (utterance % 50) * FRAME_SAMPLES) % loop.length
  return loop.slice(start, start + FRAME_SAMPLES)
}
