import { testNumber } from '../../test-numbers/table.ts'
import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const modelClosesAlways: Scenario = {
  ...testNumber('model-closes-always'),
  carrier: { kind: 'answers', ringMs: 3000 },
  callee: { ...AGREEING, greeting: 'Hello, this is Basil, how can I help you?' },
  model: { session: 'closed', again: true },
}
