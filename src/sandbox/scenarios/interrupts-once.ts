import { testNumber } from '../../test-numbers/table.ts'
import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const interruptsOnce: Scenario = {
  ...testNumber('interrupts-once'),
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
}
