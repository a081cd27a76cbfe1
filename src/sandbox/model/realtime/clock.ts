/** Timers of one session in media time: `speed` times as fast as the wall's. */
export interface SessionClock {
  /** Runs `task` after that much media time; the answer cancels it. */
  after: (mediaMs: number, task: () => void) => () => void
  stop: () => void
}

/** A clock whose timers all end with `stop`. */
export const createSessionClock = (speed: number): SessionClock => {
  const running = new Set<NodeJS.Timeout>()
  return {
    after: (mediaMs, task) => {
      const timer = setTimeout(() => {
        running.delete(timer)
        task()
      }, mediaMs / speed)
      running.add(timer)
      return () => {
        clearTimeout(timer)
        running.delete(timer)
      }
    },
    stop: () => {
      for (const timer of running) clearTimeout(timer)
      running.clear()
    },
  }
}
