import { testNumber } from '../../test-numbers/table.ts'
import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const interruptsAlways: Scenario = {
  ...testNumber('interrupts-always'),
  carrier: { kind: 'answers', ringMs: 3000 },
  callee: {
    ...AGREEING,
    // Also after the model has made all of its audio, and before it has made much of it.
    cues: [
      ...[1500, 400, 3000, 800, 5200, 2200, 120, 1000, 6500].map(forMs => ({
        on: { kind: 'agent_speaks' as const, forMs },
        say: 'Hold on a second.',
      })),
      {
        on: { kind: 'agent_speaks', forMs: 1800 },
        say: 'I really have no time for this. Goodbye.',
        hangsUpAfterMs: 2700,
      },
    ],
  },
}
