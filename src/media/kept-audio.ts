// Kept audio: what the callee said that no session has written down yet, for the session that comes after a loss.
// A1  Times are those of the present session: ms of the audio that it was given.
// A2  An utterance is kept from before its onset until its words are known, and no longer; of a quiet line little is.

/** Speech that is longer without a transcript is lost with its session. */
const LONGEST_MS = 30_000
/** An onset that was not noticed yet. */
const RECENT_MS = 400

export type KeptAudio = ReturnType<typeof createKeptAudio>

export const createKeptAudio = () => {
  let frames: { payload: string; fromMs: number; toMs: number }[] = []
  let nowMs = 0
  let quietFromMs = 0
  let isHeld = false
  const awaited = new Map<string, number>()

  /** From when on audio may still be needed. */
  const neededMs = (): number => {
    if (awaited.size > 0) return Math.min(...awaited.values())
    return isHeld ? 0 : Math.max(quietFromMs, nowMs - RECENT_MS)
  }

  const trim = (): void => {
    const oldestMs = nowMs - LONGEST_MS
    for (const [itemId, startMs] of awaited) if (startMs < oldestMs) awaited.delete(itemId)
    const keptMs = Math.max(oldestMs, neededMs())
    const first = frames.findIndex(({ toMs }) => toMs > keptMs)
    if (first !== 0) frames = first === -1 ? [] : frames.slice(first)
  }

  return {
    push: (payload: string, ms: number): void => {
      frames.push({ payload, fromMs: nowMs, toMs: nowMs + ms })
      nowMs += ms
      trim()
    },

    /** The callee began to say something. */
    started: (itemId: string, startMs: number): void => {
      isHeld = false
      awaited.set(itemId, startMs)
    },

    /** The callee is quiet. */
    stopped: (): void => {
      quietFromMs = nowMs
    },

    /** The words of an utterance are known. */
    known: (itemId: string): void => {
      awaited.delete(itemId)
      trim()
    },

    /** There is no session: everything is kept until there is one. Gives the utterances whose words were not known. */
    lose: (): string[] => {
      isHeld = true
      trim()
      return [...awaited.keys()]
    },

    /** A session begins: gives what it has to hear first, and counts from there. */
    restart: (): string[] => {
      awaited.clear()
      const startMs = frames[0]?.fromMs ?? nowMs
      frames = frames.map(({ payload, fromMs, toMs }) => ({
        payload,
        fromMs: fromMs - startMs,
        toMs: toMs - startMs,
      }))
      nowMs -= startMs
      quietFromMs = 0
      return frames.map(({ payload }) => payload)
    },
  }
}
