/** A function that a model may call. */
export interface ModelTool {
  name: string
  description: string
  /** JSON Schema of the arguments. */
  parameters: Record<string, unknown>
}

/** Why the agent ends a call, in its own judgement; for the log. */
export const END_CALL_REASONS = [
  'objective_reached',
  'objective_not_reached',
  'callee_refused',
  'wrong_number',
] as const
export type EndCallReason = (typeof END_CALL_REASONS)[number]

/** How the agent ends a call. */
export const END_CALL: ModelTool = {
  name: 'end_call',
  description: 'Ends the phone call, after your goodbye has been spoken to its end.',
  parameters: {
    type: 'object',
    properties: {
      reason: { type: 'string', enum: [...END_CALL_REASONS], description: 'Why the call ends.' },
      spoke_with: {
        type: 'string',
        enum: ['person', 'machine'],
        description: 'machine: you only heard recordings, menus, a voicemail. person: somebody talked with you.',
      },
    },
    required: ['reason', 'spoke_with'],
    additionalProperties: false,
  },
}

const MAX_KEYS = 20
const KEYS = /^[0-9*#w]{1,20}$/

/** How the agent presses keys in a menu. */
export const PRESS_KEYS: ModelTool = {
  name: 'press_keys',
  description: 'Presses keys of the telephone, to choose in an automated menu. Say nothing with it.',
  parameters: {
    type: 'object',
    properties: {
      digits: {
        type: 'string',
        pattern: KEYS.source,
        description: `The keys in order: 0-9, * and #; w waits for half a second. At most ${MAX_KEYS}.`,
      },
    },
    required: ['digits'],
    additionalProperties: false,
  },
}

/** How the agent says nothing where a model would have to say something. */
export const WAIT: ModelTool = {
  name: 'wait',
  description: 'Says nothing for now and goes on listening.',
  parameters: {
    type: 'object',
    properties: {
      until: {
        type: 'string',
        enum: ['beep', 'more_is_said'],
        description:
          'beep: you hear the greeting of a voicemail; you will be told when it records. more_is_said: a menu or an announcement goes on.',
      },
    },
    required: ['until'],
    additionalProperties: false,
  },
}

/** How the agent has the callee left alone from now on; the number is the call's own, so there is nothing to say. */
export const DO_NOT_CALL: ModelTool = {
  name: 'do_not_call',
  description: 'Has this callee never be called again. Say nothing with it.',
  parameters: { type: 'object', properties: {}, required: [], additionalProperties: false },
}

/** What the agent asks for by calling a function; everything else about a call is fixed before it. */
export type ToolCall =
  | { kind: 'end_call'; reason: EndCallReason | null; spokeWith: 'person' | 'machine' | null }
  | { kind: 'press_keys'; digits: string }
  | { kind: 'wait'; until: 'beep' | 'more_is_said' }
  | { kind: 'do_not_call' }
  | { kind: 'invalid'; problem: string }

/** Reads a function call; never throws. */
export const parseToolCall = (name: string, text: string): ToolCall => {
  const given = fieldsOf(text)
  switch (name) {
    case END_CALL.name:
      return {
        kind: 'end_call',
        reason: END_CALL_REASONS.find(known => known === given.reason) ?? null,
        spokeWith: given.spoke_with === 'person' || given.spoke_with === 'machine' ? given.spoke_with : null,
      }
    case PRESS_KEYS.name:
      return typeof given.digits === 'string' && KEYS.test(given.digits)
        ? { kind: 'press_keys', digits: given.digits }
        : { kind: 'invalid', problem: `digits must be 1 to ${MAX_KEYS} of 0-9 * # w.` }
    case WAIT.name:
      return given.until === 'beep' || given.until === 'more_is_said'
        ? { kind: 'wait', until: given.until }
        : { kind: 'invalid', problem: 'until must be beep or more_is_said.' }
    case DO_NOT_CALL.name:
      return { kind: 'do_not_call' }
    default:
      return { kind: 'invalid', problem: 'There is no such tool.' }
  }
}

const fieldsOf = (text: string): Record<string, unknown> => {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
