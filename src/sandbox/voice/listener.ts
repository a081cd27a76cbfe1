// Hears sandbox speech in a stream of µ-law samples, cut up in any way.
// L1  What is heard is exactly what arrived: a frame counts once, by utterance and index, wherever it stands.
// L2  A gap between two frames that were heard is written […]; so is a missing beginning. A missing end makes the
//     utterance incomplete, its text a prefix.
// L3  An utterance ends with its last missing frame, or when none of its frames came for 500 ms of audio. One that
//     goes on after that pause is a second part, under the same number, without a gap between the parts.
import { decodeFrame, MARK } from './frame.ts'
import type { Frame, Kind } from './frame.ts'
import { FRAME_SAMPLES } from './mulaw.ts'

/** What is written for words that were lost. */
export const GAP = '[…]'

/** A frame as it was heard; `startSample` counts from the first sample ever pushed. */
export interface HeardFrame extends Frame {
  startSample: number
}

/** An utterance as far as it was heard. `complete`: every frame of it was. */
export interface HeardUtterance {
  utterance: number
  kind: Kind
  text: string
  complete: boolean
  startSample: number
  endSample: number
}

/** What one push brought: new frames in the order of the stream, and utterances that ended. */
export interface Heard {
  frames: HeardFrame[]
  ended: HeardUtterance[]
}

export interface Listener {
  push: (samples: Uint8Array) => Heard
  /** Utterances that have begun and not ended, as far as they were heard. */
  open: () => HeardUtterance[]
  /** The stream is over: ends what is open. */
  end: () => HeardUtterance[]
}

interface OpenUtterance {
  utterance: number
  kind: Kind
  count: number
  /** The index at which this part begins: 0, or where the part before it ended. */
  from: number
  shares: Map<number, string>
  startSample: number
  endSample: number
}

const END_AFTER_SAMPLES = 4000
const REMEMBERED = 64

/** A listener for one direction of one leg. */
export const createListener = (): Listener => {
  let rest = new Uint8Array(0)
  let position = 0
  const open = new Map<number, OpenUtterance>()
  const endedAt = new Map<number, number>()

  const hear = (frame: HeardFrame): boolean => {
    const from = endedAt.get(frame.utterance) ?? 0
    const part = open.get(frame.utterance) ?? newPart(frame, from)
    if (frame.index < part.from || part.shares.has(frame.index)) return false
    open.set(frame.utterance, part)
    part.shares.set(frame.index, frame.text)
    part.endSample = frame.startSample + FRAME_SAMPLES
    return true
  }

  const close = (parts: OpenUtterance[]): HeardUtterance[] =>
    parts.map(part => {
      open.delete(part.utterance)
      endedAt.set(part.utterance, Math.max(...part.shares.keys()) + 1)
      for (const oldest of endedAt.keys()) if (endedAt.size > REMEMBERED) endedAt.delete(oldest)
      return presentPart(part)
    })

  const over = (atSample: number): OpenUtterance[] =>
    [...open.values()].filter(part => isWhole(part) || atSample - part.endSample >= END_AFTER_SAMPLES)

  return {
    push: samples => {
      const heard: Heard = { frames: [], ended: [] }
      const buffer = concat(rest, samples)
      const scanned = scan(buffer, (frame, at) => {
        const startSample = position + at
        heard.ended.push(...close(over(startSample)))
        if (!hear({ ...frame, startSample })) return
        heard.frames.push({ ...frame, startSample })
        heard.ended.push(...close(over(startSample + FRAME_SAMPLES)))
      })
      rest = buffer.slice(scanned)
      position += scanned
      if (open.size > 0) heard.ended.push(...close(over(position)))
      return heard
    },
    open: () => [...open.values()].map(presentPart),
    end: () => close([...open.values()]),
  }
}

/** Finds every frame; returns how many samples need not be looked at again. */
const scan = (samples: Uint8Array, found: (frame: Frame, at: number) => void): number => {
  let register = 0
  let filled = 0
  for (let i = 0; i < samples.length; i++) {
    register = ((register << 1) | ((samples[i] ?? 0) & 1)) & 0xffff
    if (++filled < 16 || register !== MARK) continue
    const at = i - 15
    if (at + FRAME_SAMPLES > samples.length) return at
    const frame = decodeFrame(samples, at)
    if (!frame) continue
    found(frame, at)
    i = at + FRAME_SAMPLES - 1
    filled = 0
  }
  return Math.max(0, samples.length - Math.min(filled, 15))
}

const newPart = (frame: HeardFrame, from: number): OpenUtterance => ({
  utterance: frame.utterance,
  kind: frame.kind,
  count: frame.count,
  from,
  shares: new Map(),
  startSample: frame.startSample,
  endSample: frame.startSample,
})

const isWhole = (part: OpenUtterance): boolean => part.shares.size === part.count - part.from

const presentPart = (part: OpenUtterance): HeardUtterance => {
  let text = ''
  let next = part.from
  for (const [index, share] of [...part.shares].sort(([a], [b]) => a - b)) {
    text += (index > next ? GAP : '') + share
    next = index + 1
  }
  const { utterance, kind, startSample, endSample } = part
  return { utterance, kind, text, complete: part.from === 0 && isWhole(part), startSample, endSample }
}

const concat = (a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> => {
  const whole = new Uint8Array(a.length + b.length)
  whole.set(a)
  whole.set(b, a.length)
  return whole
}
