import { testNumber } from '../../test-numbers/table.ts'
import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const hangsUpDuringGoodbye: Scenario = {
  ...testNumber('hangs-up-during-goodbye'),
  carrier: { kind: 'answers', ringMs: 3000 },
  callee: {
    ...AGREEING,
    cues: [{ on: { kind: 'agent_speaks', forMs: 0, saying: 'Goodb' }, hangsUpAfterMs: 0 }],
  },
}
