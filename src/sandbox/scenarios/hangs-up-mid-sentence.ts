import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const hangsUpMidSentence: Scenario = {
  number: '+14155550109',
  name: 'hangs-up-mid-sentence',
  title: 'Hangs up mid-sentence',
  description: "Speaks into the agent's first words, and hangs up in the middle of its own.",
  carrier: { kind: 'answers', ringMs: 3000 },
  callee: {
    ...AGREEING,
    cues: [
      {
        on: { kind: 'agent_speaks', forMs: 4000 },
        say: 'No, thank you, I am really not interested in anything of the kind.',
        hangsUpAfterMs: 2000,
      },
    ],
  },
  ends: { status: 'completed', outcome: 'not_achieved', errorCode: null, credits: 1 },
}
