/** Waiting in media time, driven by the ticks of a leg's clock. */
export interface MediaTimers {
  tick: (mediaMs: number) => void
  /** Resolves once so many media milliseconds have passed, or at once when the signal is aborted. */
  after: (ms: number, signal: AbortSignal) => Promise<void>
}

export const createMediaTimers = (): MediaTimers => {
  let nowMs = 0
  const waiting = new Set<{ atMs: number; resolve: () => void }>()
  return {
    tick: mediaMs => {
      nowMs = mediaMs
      for (const wait of waiting) if (wait.atMs <= nowMs) wait.resolve()
    },
    after: (ms, signal) =>
      new Promise<void>(resolve => {
        const done = (): void => {
          waiting.delete(wait)
          signal.removeEventListener('abort', done)
          resolve()
        }
        const wait = { atMs: nowMs + ms, resolve: done }
        if (signal.aborted) return resolve()
        waiting.add(wait)
        signal.addEventListener('abort', done)
      }),
  }
}
