// What a callee does without being asked, in the order of its part: each cue once, the next only after it.
// Q1  One utterance of the agent's gives at most one cue: to speak into the next, the agent has to begin anew.
import type { Cue } from '../scenarios/scenario.ts'
import type { HeardUtterance } from '../voice/listener.ts'

/** What a callee can know at this moment. Milliseconds are media time. */
export interface Moment {
  sinceAnswerMs: number
  /** What is being heard. */
  hearing: readonly HeardUtterance[]
}

export interface Cues {
  /** The cue that is due now, if one is: it counts as given. */
  take: (moment: Moment) => Cue | null
  /** Whether it spoke into that utterance: what was heard of it needs no other answer. */
  spokeInto: (utterance: number) => boolean
}

const SAMPLES_PER_MS = 8

export const createCues = (part: readonly Cue[]): Cues => {
  const left = [...part]
  const cut = new Set<number>()

  const isDue = ({ on }: Cue, { sinceAnswerMs, hearing }: Moment): boolean => {
    switch (on.kind) {
      case 'answered':
        return sinceAnswerMs >= on.afterMs
      case 'agent_speaks':
        return hearing.some(
          ({ utterance, text, startSample, endSample }) =>
            !cut.has(utterance) &&
            text.includes(on.saying ?? '') &&
            endSample - startSample >= on.forMs * SAMPLES_PER_MS,
        )
    }
  }
  return {
    take: moment => {
      const cue = left[0]
      if (!cue || !isDue(cue, moment)) return null
      left.shift()
      for (const { utterance } of moment.hearing) cut.add(utterance)
      return cue
    },
    spokeInto: utterance => cut.has(utterance),
  }
}
