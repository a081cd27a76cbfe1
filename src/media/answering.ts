// Answering: who is on the other side, and when a machine records.
// W1  What is heard decides. The carrier's detection only adds to it: it is told to the model, it says when a greeting
//     is over, and it ends a call to a fax on which nobody has said a word.
// W2  While the agent waits for the beep it says nothing by itself, and while it leaves its message nothing stops it.
// W3  Audio is looked at only while the agent waits; what came shortly before is kept for that moment, as it came.

import type { Directives } from '../briefing/prompts.ts'
import type { AnsweredBy } from '../calls/call.ts'
import type { Detection } from '../conversations/conversation.ts'
import type { Log } from '../log.ts'
import { createBeepDetector } from './beep.ts'
import type { BeepDetector } from './beep.ts'

/** A beep may have come while the model made up its mind. */
const KEPT_FRAMES = 200
/** After so much silence no beep will come any more. */
const NO_BEEP_MS = 5_000
/** The carrier has heard the end of the greeting: only this much silence shows that it is over. */
const GREETING_OVER_MS = 500
const LONGEST_GREETING_MS = 90_000

export interface AnsweringDeps {
  directives: Pick<Directives, 'leave_message' | 'no_beep' | 'machine_suspected'>
  /** Whether the agent answers, and stops, by itself when somebody speaks. */
  takeTurns: (isOn: boolean) => void
  respond: (directive: string) => void
  /** Tells the model something that nobody said. */
  note: (text: string) => void
  hasCalleeSpoken: () => boolean
  /** The message is being said: the call ends once it has been heard. */
  leaving: () => void
  /** A fax: there is nobody to talk to. */
  fax: () => void
  log: Log
}

export type Answering = ReturnType<typeof createAnswering>

export const createAnswering = (deps: AnsweringDeps) => {
  let state: 'talking' | 'waiting' | 'leaving' = 'talking'
  let recent: string[] = []
  let beep: BeepDetector = createBeepDetector()
  let waitedMs = 0
  let quietMs = 0
  let isGreetingOver = false
  let answeredBy: AnsweredBy | null = null

  const leave = (why: string): void => {
    deps.log.info({ why }, 'leaving a message')
    state = 'leaving'
    deps.respond(deps.directives.leave_message)
    deps.leaving()
  }

  const stopWaiting = (): void => {
    deps.log.info('no beep came')
    state = 'talking'
    answeredBy = null
    deps.takeTurns(true)
    deps.respond(deps.directives.no_beep)
  }

  const lookAt = (payload: string, frameMs: number): void => {
    waitedMs += frameMs
    if (beep.push(payload)) return leave('beep')
    if (isGreetingOver && quietMs >= GREETING_OVER_MS) return leave('carrier')
    if (quietMs >= NO_BEEP_MS || waitedMs >= LONGEST_GREETING_MS) stopWaiting()
  }

  return {
    /** The callee's side, one frame. */
    hear: (payload: string, frameMs: number, isCalleeSpeaking: boolean): void => {
      quietMs = isCalleeSpeaking ? 0 : quietMs + frameMs
      if (state === 'waiting') return lookAt(payload, frameMs)
      recent.push(payload)
      if (recent.length > KEPT_FRAMES) recent.shift()
    },

    /** The model hears a recorded greeting. */
    waitForBeep: (): void => {
      if (state !== 'talking') return
      state = 'waiting'
      answeredBy = 'machine'
      waitedMs = 0
      quietMs = 0
      beep = createBeepDetector()
      deps.takeTurns(false)
      const hasBeeped = recent.map(beep.push).includes(true)
      recent = []
      if (hasBeeped) leave('beep')
    },

    /** The carrier's word on who answered. */
    detected: (detection: Detection): void => {
      deps.log.info({ detection }, 'the carrier says who answered')
      isGreetingOver ||= detection === 'message_end'
      if (detection === 'human' || state !== 'talking') return
      if (detection !== 'fax') return deps.note(deps.directives.machine_suspected)
      if (deps.hasCalleeSpoken()) return
      answeredBy = 'machine'
      deps.takeTurns(false)
      deps.fax()
    },

    /** The agent knows, by what it did or by what it says. */
    found: (who: AnsweredBy): void => {
      answeredBy = who
    },

    /** Who answered, as far as it was heard; `null`: only the carrier knows. */
    answeredBy: (): AnsweredBy | null => answeredBy,

    isWaiting: (): boolean => state === 'waiting',

    /** A new model session has taken over, and takes turns: true if a message was being left and has to be said again. */
    resume: (): boolean => {
      if (state === 'talking') return false
      deps.takeTurns(false)
      if (state === 'leaving') deps.respond(deps.directives.leave_message)
      return true
    },
  }
}
