import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const interruptsOnce: Scenario = {
  number: '+14155550106',
  name: 'interrupts-once',
  title: 'Interrupts once',
  description: "Speaks into the agent's first words, then listens and agrees.",
  carrier: { kind: 'answers', ringMs: 3000 },
  callee: {
    ...AGREEING,
    cues: [
      {
        on: { kind: 'agent_speaks', forMs: 2500 },
        say: 'Sorry, there was some noise here. Say that again, please.',
      },
    ],
  },
  ends: { status: 'completed', outcome: 'achieved', errorCode: null, credits: 1 },
}
