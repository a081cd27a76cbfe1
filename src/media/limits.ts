// Limits of a conversation, in media time: who has to speak when nobody does, and when it has lasted long enough.

/** The callee normally speaks first; the agent begins when nobody has for this long. */
const SPEAK_FIRST_MS = 2_000
/** After this much silence the agent asks whether anyone is there. */
const ASK_MS = 10_000
/** After this much more the conversation is over. */
const GIVE_UP_MS = 20_000

export type LimitAction = 'speak_first' | 'ask_if_there' | 'end_silence' | 'end_duration'

export interface Moment {
  mediaMs: number
  isCalleeSpeaking: boolean
  isAgentSpeaking: boolean
}

export type Limits = ReturnType<typeof createLimits>

/** The limits of a conversation from `startMs` of media time on; somebody has to begin it, unless it `isContinued`. */
export const createLimits = (maxDurationMs: number, startMs: number, isContinued = false) => {
  let quietSinceMs = startMs
  let opened: 'waiting' | 'asked' | 'yes' = isContinued ? 'yes' : 'waiting'
  let firstWordMs = SPEAK_FIRST_MS
  let hasAsked = false

  const hear = ({ mediaMs, isCalleeSpeaking, isAgentSpeaking }: Moment): void => {
    if (!isCalleeSpeaking && !isAgentSpeaking) return
    quietSinceMs = mediaMs
    opened = 'yes'
    // The agent's own question is no answer to it.
    if (isCalleeSpeaking) hasAsked = false
  }

  return {
    /** What is due at this moment, to be asked for every frame. An end stays due. */
    tick: (moment: Moment): LimitAction | null => {
      hear(moment)
      const quietMs = moment.mediaMs - quietSinceMs
      if (moment.mediaMs >= maxDurationMs) return 'end_duration'
      if (opened === 'waiting' && quietMs >= firstWordMs) {
        opened = 'asked'
        return 'speak_first'
      }
      if (hasAsked) return quietMs >= GIVE_UP_MS ? 'end_silence' : null
      if (quietMs < ASK_MS) return null
      hasAsked = true
      quietSinceMs = moment.mediaMs
      return 'ask_if_there'
    },

    /** The conversation goes on after a break: somebody has to begin again, the agent after so much quiet. */
    resume: (mediaMs: number, withinMs = SPEAK_FIRST_MS): void => {
      firstWordMs = withinMs
      quietSinceMs = mediaMs
      opened = 'waiting'
    },
  }
}
