import { testNumber } from '../../test-numbers/table.ts'
import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const modelOverloadedAfter: Scenario = {
  ...testNumber('model-overloaded-after'),
  carrier: { kind: 'answers', ringMs: 3000 },
  callee: { ...AGREEING, greeting: 'Hello, this is Gus, how can I help you?' },
  model: { overloaded: 2 },
}
