// The carrier's buffer for one bidirectional stream: audio of any length in, 20 ms frames out, marks between them.
// P1  A partial frame waits until it is full; a mark or the end pads it with silence.
// P2  A mark returns once all audio before it was played, and at once when a clear throws that audio away.
import { FRAME_SAMPLES, silence } from '../voice/mulaw.ts'

export interface Playout {
  media: (audio: Uint8Array) => void
  /** Gives the marks that return at once. */
  mark: (name: string) => string[]
  /** Throws away what was not played; gives the marks that return by it. */
  clear: () => string[]
  /** The next 20 ms, or null where nothing waits, and the marks that return once it is played. */
  next: () => { frame: Uint8Array | null; marks: string[] }
}

type Item = { frame: Uint8Array } | { mark: string }

export const createPlayout = (): Playout => {
  let partial = new Uint8Array(0)
  let items: Item[] = []

  const takeMarks = (): string[] => {
    const next = items.findIndex(item => 'frame' in item)
    const marks = items.splice(0, next === -1 ? items.length : next)
    return marks.flatMap(item => ('mark' in item ? [item.mark] : []))
  }
  return {
    media: audio => {
      const all = new Uint8Array(partial.length + audio.length)
      all.set(partial)
      all.set(audio, partial.length)
      const whole = all.length - (all.length % FRAME_SAMPLES)
      for (let at = 0; at < whole; at += FRAME_SAMPLES) items.push({ frame: all.subarray(at, at + FRAME_SAMPLES) })
      partial = all.slice(whole)
    },
    mark: name => {
      if (partial.length > 0) {
        const frame = silence(FRAME_SAMPLES)
        frame.set(partial)
        items.push({ frame })
        partial = new Uint8Array(0)
      }
      items.push({ mark: name })
      return takeMarks()
    },
    clear: () => {
      const marks = items.flatMap(item => ('mark' in item ? [item.mark] : []))
      items = []
      partial = new Uint8Array(0)
      return marks
    },
    next: () => {
      const first = items.shift()
      if (!first || 'mark' in first) return { frame: null, marks: [] }
      return { frame: first.frame, marks: takeMarks() }
    },
  }
}
