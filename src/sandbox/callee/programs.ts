// What machines do when they are called, step by step. A step is over when it is done; then the next one begins.
import { randomInt } from 'node:crypto'
import type { MachinePart, MenuLevel } from '../scenarios/scenario.ts'
import { BEEP, FAX_ANSWER, toneFrames } from '../voice/beep.ts'
import { clipFor } from '../voice/clips.ts'
import { TICK_MS } from '../voice/clock.ts'
import { FRAME_SAMPLES, silence } from '../voice/mulaw.ts'
import { speak } from '../voice/speech.ts'

export type Step =
  | { kind: 'play'; frames: Uint8Array[] }
  /** The greeting is over, as a detection would notice it. */
  | { kind: 'greeted' }
  /** Waits for a key that is pressed from now on; the step's result is the key, or null. */
  | { kind: 'key'; withinMs: number }
  /** Waits until nobody has said anything for so long. */
  | { kind: 'listen'; quietMs: number }
  /** A person takes over. */
  | { kind: 'connect' }

/** A machine's program; it hangs up after its last step. */
export type Program = Generator<Step, void, string | null>

const ANSWER_MS = 500
const BEFORE_BEEP_MS = 800
const MESSAGE_OVER_MS = 10_000
// Long enough for a listener to take it for the end of a sentence.
const BETWEEN_OPTIONS_MS = 900
const KEY_WITHIN_MS = 6000
const AFTER_KEY_MS = 600

const pause = (ms: number): Step => ({
  kind: 'play',
  frames: Array.from({ length: ms / TICK_MS }, () => silence(FRAME_SAMPLES)),
})

const say = (text: string): Step => ({
  kind: 'play',
  frames: speak({ text, utterance: randomInt(2 ** 32), clip: clipFor(text) }),
})

/** What a machine does, from the moment at which the line is open. */
export const programOf = (part: MachinePart): Program => {
  switch (part.machine) {
    case 'voicemail':
      return voicemail(part.greeting)
    case 'fax':
      return fax()
    case 'silent':
      return silent()
    case 'menu':
      return menu(part.levels)
  }
}

const voicemail = function* (greeting: string): Program {
  yield pause(ANSWER_MS)
  yield say(greeting)
  yield pause(BEFORE_BEEP_MS)
  yield { kind: 'play', frames: toneFrames(BEEP) }
  yield { kind: 'greeted' }
  yield { kind: 'listen', quietMs: MESSAGE_OVER_MS }
}

const fax = function* (): Program {
  yield pause(ANSWER_MS)
  yield { kind: 'play', frames: toneFrames(FAX_ANSWER) }
  yield { kind: 'greeted' }
  yield { kind: 'listen', quietMs: 60_000 }
}

const silent = function* (): Program {
  yield { kind: 'listen', quietMs: 600_000 }
}

const menu = function* (levels: readonly MenuLevel[]): Program {
  yield pause(ANSWER_MS)
  for (const level of levels) yield* choose(level)
  yield { kind: 'connect' }
}

/** Says the level's options until a key is pressed that leads on. Keys that are pressed meanwhile are not taken. */
const choose = function* ({ says, keys, otherwise }: MenuLevel): Program {
  for (;;) {
    for (const [n, text] of says.entries()) {
      if (n > 0) yield pause(BETWEEN_OPTIONS_MS)
      yield say(text)
    }
    yield { kind: 'greeted' }
    const key = yield { kind: 'key', withinMs: KEY_WITHIN_MS }
    if (key !== null) yield pause(AFTER_KEY_MS)
    if (key !== null && keys.includes(key)) return
    yield say(otherwise)
    yield pause(BETWEEN_OPTIONS_MS)
  }
}
