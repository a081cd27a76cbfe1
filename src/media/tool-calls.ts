// What the model asks for by calling a function. Its arguments are checked here, and nowhere taken at their word.

import { parseToolCall } from '../briefing/tools.ts'
import type { AnsweredBy } from '../calls/call.ts'
import type { Log } from '../log.ts'
import type { ModelEvent, ModelSession } from '../providers/model-session.ts'

/** A menu that needs more is going round in circles. */
const MAX_PRESSES = 10
const TOO_MANY_PRESSES = 'Too many keys were pressed on this call: no more can be. End the call.'
const STILL_SPEAKING = 'Not pressed: the callee is still speaking. Listen to the end first.'

export interface ToolCallDeps {
  session: () => ModelSession | null
  isCalleeSpeaking: () => boolean
  /** Sends the tones of these keys, as the item of that id. */
  press: (itemId: string, keys: string) => void
  endCall: (callId: string) => void
  /** The agent hears the greeting of a voicemail, and waits for the beep. */
  waitForBeep: () => void
  /** Who answered, as far as the agent can tell. */
  found: (who: AnsweredBy) => void
  log: Log
}

/** Does what is asked for, or says why not. */
export const createToolCalls = (deps: ToolCallDeps) => {
  let presses = 0

  const refuse = (callId: string, problem: string): void => {
    deps.session()?.answerTool(callId, problem)
    // While somebody speaks the next response comes by itself.
    if (!deps.isCalleeSpeaking()) deps.session()?.respond()
  }

  const press = (itemId: string, callId: string, keys: string): void => {
    deps.found('machine')
    if (presses >= MAX_PRESSES) return refuse(callId, TOO_MANY_PRESSES)
    if (deps.isCalleeSpeaking()) return refuse(callId, STILL_SPEAKING)
    presses++
    deps.press(itemId, keys)
    deps.session()?.answerTool(callId, 'Pressed.')
  }

  return ({ itemId, callId, name, arguments: text }: Extract<ModelEvent, { kind: 'tool_called' }>): void => {
    const call = parseToolCall(name, text)
    switch (call.kind) {
      case 'invalid':
        return refuse(callId, call.problem)
      case 'wait':
        deps.session()?.answerTool(callId, 'Listening.')
        return call.until === 'beep' ? deps.waitForBeep() : undefined
      case 'press_keys':
        return press(itemId, callId, call.digits)
      case 'end_call':
        deps.log.info({ reason: call.reason }, 'the agent ends the call')
        if (call.spokeWith) deps.found(call.spokeWith === 'person' ? 'human' : 'machine')
        return deps.endCall(callId)
    }
  }
}
