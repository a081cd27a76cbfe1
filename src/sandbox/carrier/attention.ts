// How far the other side has taken what one stream carried: the clock of the leg waits for that.
// T1  Where nobody in this sandbox is known to hear the callee, what counts is what our side has taken, by its pongs.
// T2  Where an ear does, words are taken when the ear has heard them, however far our side is ahead; silence still
//     by the pongs.
// T3  An ear that has not heard a frame 500 ms of wall time after it was sent is gone, until it hears one again.
import type { Ears, FrameName } from '../voice/ears.ts'
import { TICK_MS } from '../voice/clock.ts'
import { decodeFrame } from '../voice/frame.ts'

export interface Attention {
  /** A frame is sent, which ends at that media time. */
  sent: (audio: Uint8Array, mediaMs: number) => void
  /** Our side has taken everything that ends by then. */
  taken: (mediaMs: number) => void
  stop: () => void
}

interface Unheard extends FrameName {
  mediaMs: number
  sentWallMs: number
}

const GONE_AFTER_WALL_MS = 500

/** Calls `onTaken` with the media time up to which everything was taken. */
export const createAttention = (ears: Ears, onTaken: (mediaMs: number) => void): Attention => {
  const followed = new Set<number>()
  let unheard: Unheard[] = []
  let isHeard = false
  let pongMs = 0

  const tell = (): void => {
    const [oldest] = unheard
    if (oldest && performance.now() - oldest.sentWallMs >= GONE_AFTER_WALL_MS) {
      isHeard = false
      unheard = []
    }
    const next = isHeard ? unheard[0] : undefined
    onTaken(next ? Math.min(pongMs, next.mediaMs - TICK_MS) : pongMs)
  }

  const hear = (utterance: number, index: number): void => {
    const at = unheard.findIndex(one => one.utterance === utterance && one.index === index)
    if (at === -1) return
    isHeard = true
    pongMs = Math.max(pongMs, unheard[at]?.mediaMs ?? 0)
    // Audio comes in order: what was sent before it was heard, or never will be.
    unheard.splice(0, at + 1)
    tell()
  }

  return {
    sent: (audio, mediaMs) => {
      const frame = decodeFrame(audio)
      if (!frame) return
      const { utterance, index } = frame
      unheard.push({ utterance, index, mediaMs, sentWallMs: performance.now() })
      if (followed.has(utterance)) return
      followed.add(utterance)
      ears.follow(utterance, heard => hear(utterance, heard))
    },
    taken: mediaMs => {
      pongMs = Math.max(pongMs, mediaMs)
      tell()
    },
    stop: () => {
      for (const utterance of followed) ears.forget(utterance)
    },
  }
}
