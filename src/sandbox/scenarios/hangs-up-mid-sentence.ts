import { testNumber } from '../../test-numbers/table.ts'
import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const hangsUpMidSentence: Scenario = {
  ...testNumber('hangs-up-mid-sentence'),
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
}
