import { testNumber } from '../../test-numbers/table.ts'
import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const asksAQuestionAtGoodbye: Scenario = {
  ...testNumber('asks-a-question-at-goodbye'),
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
}
