import { createListener, GAP } from '../../voice/listener.ts'
import type { HeardFrame } from '../../voice/listener.ts'

/** The ears of a session: what was spoken in the audio so far, taken piece by piece. */
export interface Hearing {
  /** Gives the frames that were heard, words or not. */
  push: (samples: Uint8Array) => HeardFrame[]
  /** The words since the last take. Lost frames are written […]; one that continues what was taken before is not a gap. */
  take: () => string
}

/** Ears for one stream of µ-law audio. */
export const createHearing = (): Hearing => {
  const listener = createListener()
  let frames: HeardFrame[] = []
  let last: HeardFrame | undefined
  const write = (text: string, frame: HeardFrame): string => {
    const continues = last?.utterance === frame.utterance
    const gap = frame.index > (continues && last ? last.index + 1 : 0) ? GAP : ''
    const separator = continues || text === '' ? '' : ' '
    last = frame
    return text + separator + gap + frame.text
  }
  return {
    push: samples => {
      const heard = listener.push(samples).frames
      frames.push(...heard.filter(frame => frame.kind === 'speech'))
      return heard
    },
    take: () => {
      const text = frames.reduce(write, '')
      frames = []
      return text.trim()
    },
  }
}

/** The words in one whole piece of audio. */
export const hearAll = (audio: Uint8Array): string => {
  const hearing = createHearing()
  hearing.push(audio)
  return hearing.take()
}
