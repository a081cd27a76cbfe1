// What the agent is asked to do in one response, beyond its instructions.

/** Nobody spoke after the answer. */
export const SPEAK_FIRST =
  'The callee has not said anything yet. Begin the conversation now, with your first sentence.'

/** The conversation goes on after a break of the line or of the model. */
export const CONTINUE =
  'The line was interrupted for a moment, and the words of the callee may have been lost. Apologise briefly and ask the callee to repeat what was said last.'

/** Nobody spoke for a while. */
export const ASK_IF_THERE = 'Nobody has spoken for a while. Ask briefly whether anyone is still there.'

/** The time for this call is over. */
export const SAY_GOODBYE =
  'The time for this call is over. Say in one short sentence that you have to go, thank the callee and say goodbye. Ask nothing more.'
