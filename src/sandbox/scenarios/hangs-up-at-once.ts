import { testNumber } from '../../test-numbers/table.ts'
import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const hangsUpAtOnce: Scenario = {
  ...testNumber('hangs-up-at-once'),
  carrier: { kind: 'answers', ringMs: 3000 },
  callee: {
    ...AGREEING,
    cues: [{ on: { kind: 'answered', afterMs: 20 }, hangsUpAfterMs: 0 }],
  },
}
