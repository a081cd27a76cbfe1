import { testNumber } from '../../test-numbers/table.ts'
import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const talksAtTheSameTime: Scenario = {
  ...testNumber('talks-at-the-same-time'),
  carrier: { kind: 'answers', ringMs: 3000 },
  callee: {
    ...AGREEING,
    cues: [
      { on: { kind: 'agent_speaks', forMs: 0 }, say: 'You have reached the front desk.' },
      { on: { kind: 'agent_speaks', forMs: 0 }, say: 'Hello, hello? Is there anybody?' },
      { on: { kind: 'agent_speaks', forMs: 8000 }, say: 'A moment, I have to find my book.' },
    ],
  },
}
