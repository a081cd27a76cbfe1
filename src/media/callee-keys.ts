/** Keys that follow each other within this time belong together. */
const BURST_MS = 1_000

/** Collects the keys that the callee presses; `tick`, with every frame, gives those that belong together. */
export const createCalleeKeys = () => {
  let keys = ''
  let lastMs = 0
  return {
    press: (key: string, mediaMs: number): void => {
      keys += key
      lastMs = mediaMs
    },
    tick: (mediaMs: number): string | null => {
      if (keys === '' || mediaMs - lastMs < BURST_MS) return null
      const burst = keys
      keys = ''
      return burst
    },
  }
}
