// The callee on a leg: an ear and a mouth, 20 ms at a time, in media time.
// K1  It says nothing while somebody else speaks, but for the cues of its part, and answers when they have finished;
//     it is not stopped by others.
// K2  Its account is what its own mouth let out and its own ear took in, frame by frame.
import { randomInt } from 'node:crypto'
import type { CalleePart } from '../scenarios/scenario.ts'
import { clipFor } from '../voice/clips.ts'
import { TICK_MS } from '../voice/clock.ts'
import { isVoiced } from '../voice/energy.ts'
import { createListener } from '../voice/listener.ts'
import type { HeardUtterance } from '../voice/listener.ts'
import { FRAME_SAMPLES, silence } from '../voice/mulaw.ts'
import { speak } from '../voice/speech.ts'
import type { Line } from './account.ts'
import { createCues } from './cues.ts'
import { createDialogue } from './dialogue.ts'
import type { Turn } from './dialogue.ts'

export interface Callee {
  /** The line is open: from now on the callee speaks. */
  pickUp: () => void
  /** 20 ms into its ear, then 20 ms out of its mouth. */
  tick: (inbound: Uint8Array) => Uint8Array
  /** What was said and heard, in the order in which it began. */
  lines: () => Line[]
}

const GREETING_AFTER_MS = 500
const ANSWER_AFTER_MS = 600
const PROMPT_AFTER_MS = 15_000
const HANG_UP_AFTER_MS = 5000
const SAMPLES_PER_MS = 8

export const createCallee = (part: CalleePart, hangUp: () => void): Callee => {
  const dialogue = createDialogue(part)
  const cues = createCues(part.cues ?? [])
  const ear = createListener()
  const mouth = createListener()
  const ended: Line[] = []
  let nowMs = 0
  let quietSinceMs = 0
  let awake = false
  let greeted = false
  let leaving = false
  let hangsUpAtMs = Number.POSITIVE_INFINITY
  let unanswered = ''
  let saying: Uint8Array[] = []

  const say = (text: string): void => {
    saying = speak({ text, utterance: randomInt(2 ** 32), clip: clipFor(text) })
  }

  const take = (turn: Turn): void => {
    leaving = turn.hangUp
    if (turn.say !== null) say(turn.say)
  }

  const followCue = (): void => {
    const cue = cues.take({ sinceAnswerMs: nowMs, hearing: ear.open() })
    if (!cue) return
    unanswered = ''
    greeted ||= cue.say !== undefined
    if (cue.expects) dialogue.expect(cue.expects)
    if (cue.say !== undefined) say(cue.say)
    if (cue.hangsUpAfterMs !== undefined) hangsUpAtMs = nowMs + cue.hangsUpAfterMs
  }

  const decide = (): void => {
    const quietMs = nowMs - quietSinceMs
    if (leaving) return hangUp()
    if (ear.open().length > 0) return
    if (unanswered) {
      if (quietMs < ANSWER_AFTER_MS) return
      greeted = true
      take(dialogue.answer(unanswered))
      unanswered = ''
    } else if (!greeted) {
      if (quietMs < GREETING_AFTER_MS) return
      greeted = true
      take({ say: part.greeting, hangUp: false })
    } else if (dialogue.parted()) {
      if (quietMs >= HANG_UP_AFTER_MS) hangUp()
    } else if (quietMs >= PROMPT_AFTER_MS) {
      take(dialogue.prompt())
      if (!leaving) quietSinceMs = nowMs
    }
  }

  return {
    pickUp: () => {
      if (awake) return
      awake = true
      quietSinceMs = nowMs
    },
    tick: inbound => {
      nowMs += TICK_MS
      for (const heard of ear.push(inbound).ended) {
        if (heard.kind === 'speech' && heard.text && !cues.spokeInto(heard.utterance))
          unanswered += ` ${heard.text}`
        const line = lineOf('heard', heard)
        // Marked speech may end in a pause of its own, which is not yet the end of the turn.
        quietSinceMs = Math.max(quietSinceMs, line.endMs)
        ended.push(line)
      }
      if (isVoiced(inbound) || saying.length > 0) quietSinceMs = nowMs
      if (saying.length === 0) followCue()
      if (nowMs >= hangsUpAtMs) {
        // Nothing is said into a line that is closed.
        saying = []
        hangUp()
      } else if (awake && saying.length === 0) decide()
      const out = saying.shift() ?? silence(FRAME_SAMPLES)
      ended.push(...mouth.push(out).ended.map(said => lineOf('said', said)))
      return out
    },
    lines: () =>
      [
        ...ended,
        ...mouth.open().map(said => lineOf('said', said)),
        ...ear.open().map(heard => lineOf('heard', heard)),
      ].sort((a, b) => a.atMs - b.atMs),
  }
}

/** A line of the account. */
export const lineOf = (kind: Line['kind'], utterance: HeardUtterance): Line => ({
  kind,
  text: utterance.text,
  whole: utterance.complete,
  atMs: Math.round(utterance.startSample / SAMPLES_PER_MS),
  endMs: Math.round(utterance.endSample / SAMPLES_PER_MS),
})
