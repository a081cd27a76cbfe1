// The audio of one leg: the clock that drives it, the callee at one end, and whatever the carrier plays at the other.
// H1  20 ms go each way in each tick: first into the callee's ear, then out of its mouth.
// H2  While the carrier waits for our side over HTTP, media time is wall time: a second of silence is a second.
// H3  While a stream is open, media time waits for who listens at its other end (the clock's C2).
import { randomInt } from 'node:crypto'
import type { Line } from '../callee/account.ts'
import { createCallee } from '../callee/callee.ts'
import { createMachine } from '../callee/machine.ts'
import type { CalleePart, MachinePart } from '../scenarios/scenario.ts'
import { clipFor } from '../voice/clips.ts'
import { startElasticClock, TICK_MS } from '../voice/clock.ts'
import type { Ears } from '../voice/ears.ts'
import { FRAME_SAMPLES, silence } from '../voice/mulaw.ts'
import { speak } from '../voice/speech.ts'
import type { StreamAccount } from './account.ts'
import { createAttention } from './attention.ts'
import { openStream } from './stream.ts'
import type { Stream, StreamEnd, StreamOptions } from './stream.ts'
import { createMediaTimers } from './timers.ts'

export interface PhoneLine {
  /** The callee is there from now on. */
  answer: () => void
  /** Media milliseconds since the answer; 0 before. */
  nowMs: () => number
  after: (ms: number, signal: AbortSignal) => Promise<void>
  /** A machine's greeting is over; null where nobody has one. */
  greeted: Promise<void> | null
  say: (text: string, signal: AbortSignal) => Promise<void>
  pause: (ms: number, signal: AbortSignal) => Promise<void>
  /** `twin` is the account of a second socket with the same `start`: the callee neither hears it nor knows of it. */
  connect: (options: Omit<StreamOptions, 'onTaken'> & { twin: StreamAccount | null }) => Promise<StreamEnd>
  /** Waits for our side at the pace of the wall clock. */
  inWallTime: <T>(work: Promise<T>) => Promise<T>
  lines: () => Line[]
  stop: () => void
}

interface AudioPath {
  play: () => Uint8Array
  carry: (inbound: Uint8Array, mediaMs: number) => void
}

const QUIET: AudioPath = { play: () => silence(FRAME_SAMPLES), carry: () => undefined }

export interface PhoneLineOptions {
  speed: number
  /** Tell what the model of this sandbox, if it is at the other end, has heard. */
  ears: Ears
  callee: CalleePart | MachinePart | null
  /** The callee hangs up. */
  onHangUp: () => void
  /** Called in each tick of an answered call. */
  onTick: (sinceAnswerMs: number) => void
}

export const startPhoneLine = ({ speed, ears, callee: part, onHangUp, onTick }: PhoneLineOptions): PhoneLine => {
  const timers = createMediaTimers()
  const machine = part && 'machine' in part ? createMachine(part, onHangUp) : null
  const callee = part && !('machine' in part) ? createCallee(part, onHangUp) : machine
  let answeredMs: number | null = null
  let path = QUIET
  const nowMs = (): number => (answeredMs === null ? 0 : clock.now() - answeredMs)

  const clock = startElasticClock({
    speed,
    onTick: mediaMs => {
      timers.tick(mediaMs)
      if (answeredMs === null || !callee) return
      path.carry(callee.tick(path.play()), mediaMs)
      onTick(mediaMs - answeredMs)
    },
  })

  const inWallTime = async <T>(work: Promise<T>): Promise<T> => {
    clock.setSpeed(Math.min(1, speed))
    try {
      return await work
    } finally {
      clock.setSpeed(speed)
    }
  }
  return {
    answer: () => (answeredMs = clock.now()),
    nowMs,
    after: timers.after,
    greeted: machine?.greeted ?? null,
    say: async (text, signal) => {
      callee?.pickUp()
      const frames = speak({ text, utterance: randomInt(2 ** 32), clip: clipFor(text) })
      const durationMs = frames.length * TICK_MS
      path = { ...QUIET, play: () => frames.shift() ?? QUIET.play() }
      await timers.after(durationMs, signal)
      path = QUIET
    },
    pause: (ms, signal) => {
      callee?.pickUp()
      return timers.after(ms, signal)
    },
    connect: async ({ twin, ...options }) => {
      const ended = new AbortController()
      const opened = Promise.withResolvers<void>()
      const attention = createAttention(ears, clock.taken)
      const stream = openStream({
        ...options,
        onTaken: attention.taken,
        onOpen: () => {
          options.onOpen()
          callee?.pickUp()
          let second: Stream | undefined
          path = {
            play: () => {
              const frame = stream.play()
              const { account } = options
              if (account.framesPlayed > 0) account.firstPlayedMs ??= nowMs()
              // Not before the first is served: else either of the two may be the second.
              if (twin && options.account.framesPlayed > 0)
                second ??= openTwin({ ...options, account: twin }, ended.signal, nowMs)
              second?.play()
              return frame
            },
            carry: (inbound, mediaMs) => {
              attention.sent(inbound, mediaMs)
              stream.carry(inbound, mediaMs)
              second?.carry(inbound, mediaMs)
            },
          }
          clock.listen(true)
          opened.resolve()
        },
      })
      await inWallTime(Promise.race([opened.promise, stream.ended]))
      const end = await stream.ended
      path = QUIET
      ended.abort()
      attention.stop()
      clock.listen(false)
      return end
    },
    inWallTime,
    lines: () => callee?.lines() ?? [],
    stop: clock.stop,
  }
}

/** Opens a second socket until the first has ended; what becomes of it is in its account alone. */
const openTwin = (
  options: Omit<StreamOptions, 'onTaken'>,
  firstEnded: AbortSignal,
  nowMs: () => number,
): Stream => {
  const { account } = options
  const twin = openStream({
    ...options,
    signal: AbortSignal.any([options.signal, firstEnded]),
    warn: () => undefined,
    onOpen: () => (account.openedMs = nowMs()),
    onTaken: () => undefined,
  })
  void twin.ended.then(end => {
    account.end = end
    account.closedMs = nowMs()
  })
  return twin
}
