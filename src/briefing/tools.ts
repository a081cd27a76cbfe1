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

/** The only function that an agent has: everything else about a call is fixed before it. */
export const END_CALL: ModelTool = {
  name: 'end_call',
  description: 'Ends the phone call, after your goodbye has been spoken to its end.',
  parameters: {
    type: 'object',
    properties: { reason: { type: 'string', enum: [...END_CALL_REASONS], description: 'Why the call ends.' } },
    required: ['reason'],
    additionalProperties: false,
  },
}

/** The reason in the arguments of an `end_call`; `null` when they are not what the tool asks for. */
export const parseEndCall = (text: string): EndCallReason | null => {
  try {
    const { reason } = JSON.parse(text) as { reason?: unknown }
    return END_CALL_REASONS.find(known => known === reason) ?? null
  } catch {
    return null
  }
}
