// Whole frames: what goes to the phone ends where a frame ends.
// The model's deltas have any length, and a carrier pads a partial frame with silence when a mark follows it, which
// would be heard in the middle of a word. So what is left of a frame waits for the item's next delta, or for its end.

/** 20 ms of µ-law audio at 8 kHz. */
const FRAME_BYTES = 160
const NOTHING = Buffer.alloc(0)

/** Cuts an agent's audio into payloads of whole frames. A delta that already is one passes as it came. */
export const createWholeFrames = () => {
  let rest: Buffer = NOTHING
  return {
    /** The base64 payload to send now; empty if not even one frame is full. */
    push: (payload: string, bytes: number): string => {
      if (rest.length === 0 && bytes % FRAME_BYTES === 0) return payload
      const audio = Buffer.concat([rest, Buffer.from(payload, 'base64')])
      const whole = audio.length - (audio.length % FRAME_BYTES)
      rest = audio.subarray(whole)
      return audio.toString('base64', 0, whole)
    },

    /** What is left of the last frame, once no more of its item will come. */
    flush: (): string => {
      const payload = rest.toString('base64')
      rest = NOTHING
      return payload
    },

    /** Forgets what is left: it must not be heard any more. */
    drop: (): void => {
      rest = NOTHING
    },
  }
}
