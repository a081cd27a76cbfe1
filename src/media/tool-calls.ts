// What the model asks for by calling a function. Its arguments are checked here, and nowhere taken at their word.
// F1  Keys are pressed once the callee has been silent for a while: a pause between two options is not the end of a menu.
//     When the callee goes on, they are not pressed, and the model hears the rest before it decides again.

import { parseToolCall } from '../briefing/tools.ts'
import type { AnsweredBy } from '../calls/call.ts'
import type { Log } from '../log.ts'
import type { ModelEvent, ModelSession } from '../providers/model-session.ts'

/** A menu that needs more is going round in circles. */
const MAX_PRESSES = 10
/** The model takes a pause of half a second for the end of a sentence; a menu's end is longer. */
const MENU_OVER_MS = 600
const TOO_MANY_PRESSES = 'Too many keys were pressed on this call: no more can be. End the call.'
/** The number is nobody's to choose: it is that of the call (`conversations/`). */
const NOTED = 'Noted: this number will not be called again. Say so, apologise, say goodbye and end the call.'
const STILL_SPEAKING = 'Not pressed: the callee goes on speaking. Listen to the end first.'

export interface ToolCallDeps {
  session: () => ModelSession | null
  isCalleeSpeaking: () => boolean
  /** Sends the tones of these keys, as the item of that id. */
  press: (itemId: string, keys: string) => void
  endCall: (callId: string) => void
  /** The agent hears the greeting of a voicemail, and waits for the beep. */
  waitForBeep: () => void
  /** The callee does not want to be called again. */
  doNotCall: () => void
  /** Who answered, as far as the agent can tell. */
  found: (who: AnsweredBy) => void
  log: Log
}

/** Does what is asked for, or says why not. */
export const createToolCalls = (deps: ToolCallDeps) => {
  let presses = 0
  let waiting: { itemId: string; callId: string; keys: string }[] = []
  let quietMs = 0

  const answer = (callId: string, text: string): void => {
    deps.session()?.answerTool(callId, text)
    // While somebody speaks the next response comes by itself.
    if (!deps.isCalleeSpeaking()) deps.session()?.respond()
  }

  const press = (itemId: string, callId: string, keys: string): void => {
    deps.found('machine')
    if (presses >= MAX_PRESSES) return answer(callId, TOO_MANY_PRESSES)
    waiting.push({ itemId, callId, keys })
    settle()
  }

  const send = (itemId: string, callId: string, keys: string): void => {
    presses++
    deps.press(itemId, keys)
    deps.session()?.answerTool(callId, 'Pressed.')
  }

  /** Presses the keys that wait, or says that they are not, or goes on waiting. */
  const settle = (): void => {
    if (!deps.isCalleeSpeaking() && quietMs < MENU_OVER_MS) return
    const settled = waiting
    waiting = []
    for (const { itemId, callId, keys } of settled) {
      if (deps.isCalleeSpeaking()) deps.session()?.answerTool(callId, STILL_SPEAKING)
      else send(itemId, callId, keys)
    }
  }

  const call = ({ itemId, callId, name, arguments: text }: Extract<ModelEvent, { kind: 'tool_called' }>): void => {
    const asked = parseToolCall(name, text)
    switch (asked.kind) {
      case 'invalid':
        return answer(callId, asked.problem)
      case 'wait':
        deps.session()?.answerTool(callId, 'Listening.')
        return asked.until === 'beep' ? deps.waitForBeep() : undefined
      case 'do_not_call':
        deps.log.info('the callee asked not to be called again')
        deps.doNotCall()
        return answer(callId, NOTED)
      case 'press_keys':
        return press(itemId, callId, asked.digits)
      case 'end_call':
        deps.log.info({ reason: asked.reason }, 'the agent ends the call')
        if (asked.spokeWith) deps.found(asked.spokeWith === 'person' ? 'human' : 'machine')
        return deps.endCall(callId)
    }
  }

  return {
    call,

    /** With every frame of the callee's side. */
    tick: (frameMs: number): void => {
      quietMs = deps.isCalleeSpeaking() ? 0 : quietMs + frameMs
      if (waiting.length > 0) settle()
    },

    /** The session that asked is gone. */
    forget: (): void => {
      waiting = []
    },
  }
}
