// The elastic clock: media time, in ticks of 20 ms, at a ceiling of `speed` times wall time.
// C1  It never makes up for lost time: a late process or a slow listener only delays what follows.
// C2  While somebody listens, media is never more than 100 ms ahead of what the listener has taken;
//     after 50 ms of wall time without news the wait is given up, so that a dead listener is still felt.

/** Media milliseconds of one tick. */
export const TICK_MS = 20

const AHEAD_MS = 100
const RELEASE_WALL_MS = 50
// A timer is late by a millisecond or two; more than this is not made up for.
const LATE_WALL_MS = 5

export interface ElasticClock {
  /** Media milliseconds since the start. */
  now: () => number
  /** The listener has taken all media up to here. */
  taken: (mediaMs: number) => void
  /** From now on media time is at most this times wall time. */
  setSpeed: (speed: number) => void
  /** Somebody listens from now on, and will say what is taken; `false`: nobody does. */
  listen: (listening: boolean) => void
  stop: () => void
}

export interface ElasticClockOptions {
  /** Media time per wall time, at most. */
  speed: number
  /** Called once for each tick, in order, with the media time at its end. */
  onTick: (mediaMs: number) => void
}

/** Starts a clock at 0. */
export const startElasticClock = ({ speed, onTick }: ElasticClockOptions): ElasticClock => {
  let tickWallMs = TICK_MS / speed
  let mediaMs = 0
  let takenMs = 0
  let listening = false
  let dueAt = performance.now() + tickWallMs
  let blockedAt: number | null = null
  let stopped = false
  let timer: NodeJS.Timeout | undefined

  const isDue = (wallMs: number): boolean => {
    if (stopped || dueAt > wallMs) return false
    if (!listening || mediaMs + TICK_MS - takenMs <= AHEAD_MS) return true
    blockedAt ??= wallMs
    if (wallMs - blockedAt < RELEASE_WALL_MS) return false
    takenMs = mediaMs
    return true
  }

  const run = (): void => {
    const wallMs = performance.now()
    dueAt = Math.max(dueAt, wallMs - LATE_WALL_MS)
    while (isDue(wallMs)) {
      blockedAt = null
      dueAt += tickWallMs
      mediaMs += TICK_MS
      onTick(mediaMs)
    }
    schedule(blockedAt === null ? dueAt : blockedAt + RELEASE_WALL_MS)
  }

  const schedule = (atWallMs: number): void => {
    clearTimeout(timer)
    if (!stopped) timer = setTimeout(run, Math.max(atWallMs - performance.now(), 0))
  }
  const unblock = (): void => {
    if (blockedAt === null) return
    blockedAt = null
    schedule(dueAt)
  }
  schedule(dueAt)

  return {
    now: () => mediaMs,
    taken: upToMs => {
      takenMs = Math.min(Math.max(takenMs, upToMs), mediaMs)
      unblock()
    },
    listen: now => {
      listening = now
      takenMs = mediaMs
      unblock()
    },
    setSpeed: next => {
      tickWallMs = TICK_MS / next
      dueAt = Math.min(dueAt, performance.now() + tickWallMs)
      if (blockedAt === null) schedule(dueAt)
    },
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}
