import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const asksAQuestionAtGoodbye: Scenario = {
  number: '+14155550112',
  name: 'asks-a-question-at-goodbye',
  title: 'Asks a question at goodbye',
  description: 'Agrees, and asks something while the agent says goodbye.',
  carrier: { kind: 'answers', ringMs: 3000 },
  callee: {
    ...AGREEING,
    cues: [
      {
        on: { kind: 'agent_speaks', forMs: 0, saying: 'Thank you' },
        say: 'Wait, what was the name again?',
        expects: 'name',
      },
    ],
  },
  ends: { status: 'completed', outcome: 'achieved', errorCode: null, credits: 1 },
}
