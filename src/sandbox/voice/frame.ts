// One 20 ms frame of sandbox speech: 160 µ-law samples whose lowest bits carry 20 bytes.
//   0–1 mark · 2 kind · 3–6 utterance · 7–8 index · 9–10 count · 11–18 text, zero-padded · 19 CRC-8 of all that
// F1  Sample n carries bit n, the highest bit of byte 0 first; the other seven bits of a sample are not touched.
// F2  The mark is neither all ones nor all zeros, so silence and constant audio never look like a frame.
import { FRAME_SAMPLES } from './mulaw.ts'

/** What a frame sounds like. */
export type Kind = 'speech' | 'music' | 'noise' | 'beep'

/** What one frame carries. `text` is this frame's share: whole code points, at most 8 bytes of UTF-8, no U+0000. */
export interface Frame {
  kind: Kind
  utterance: number
  index: number
  count: number
  text: string
}

/** The first 16 bits of a frame. */
export const MARK = 0x5ac3
/** The most frames one utterance may have. */
export const MAX_FRAMES = 0xffff

const KINDS: readonly Kind[] = ['speech', 'music', 'noise', 'beep']
const BYTES = 20
const TEXT_AT = 11
const TEXT_BYTES = 8
const CRC_AT = 19

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Writes a frame into the lowest bits of 160 samples and returns them. Throws a RangeError if the text does not fit. */
export const encodeFrame = (frame: Frame, samples: Uint8Array): Uint8Array => {
  const text = encoder.encode(frame.text)
  if (text.length > TEXT_BYTES) throw new RangeError(`a frame carries 8 bytes of text, not ${text.length}`)
  const bytes = new Uint8Array(BYTES)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, MARK)
  view.setUint8(2, KINDS.indexOf(frame.kind))
  view.setUint32(3, frame.utterance)
  view.setUint16(7, frame.index)
  view.setUint16(9, frame.count)
  bytes.set(text, TEXT_AT)
  view.setUint8(CRC_AT, crc8(bytes.subarray(0, CRC_AT)))
  for (let n = 0; n < FRAME_SAMPLES; n++) samples[n] = ((samples[n] ?? 0) & 0xfe) | bitOf(bytes, n)
  return samples
}

/** Reads the frame whose first sample is `samples[at]`; null where there is none. */
export const decodeFrame = (samples: Uint8Array, at = 0): Frame | null => {
  if (at + FRAME_SAMPLES > samples.length) return null
  const bytes = new Uint8Array(BYTES)
  for (let n = 0; n < FRAME_SAMPLES; n++)
    bytes[n >> 3] = ((bytes[n >> 3] ?? 0) << 1) | ((samples[at + n] ?? 0) & 1)
  const view = new DataView(bytes.buffer)
  const kind = KINDS[view.getUint8(2)]
  const index = view.getUint16(7)
  const count = view.getUint16(9)
  if (view.getUint16(0) !== MARK || crc8(bytes.subarray(0, CRC_AT)) !== view.getUint8(CRC_AT)) return null
  const text = textOf(bytes.subarray(TEXT_AT, CRC_AT))
  if (!kind || index >= count || text === null) return null
  return { kind, utterance: view.getUint32(3), index, count, text }
}

const bitOf = (bytes: Uint8Array, n: number): number => ((bytes[n >> 3] ?? 0) >> (7 - (n & 7))) & 1

const textOf = (padded: Uint8Array): string | null => {
  const end = padded.indexOf(0)
  try {
    return decoder.decode(end === -1 ? padded : padded.subarray(0, end))
  } catch {
    return null
  }
}

/** CRC-8 with the polynomial x⁸ + x² + x + 1, starting at 0. */
const crc8 = (bytes: Uint8Array): number => {
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x80 ? (crc << 1) ^ 0x07 : crc << 1) & 0xff
  }
  return crc
}
