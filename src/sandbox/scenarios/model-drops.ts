import { testNumber } from '../../test-numbers/table.ts'
import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const modelDrops: Scenario = {
  ...testNumber('model-drops'),
  carrier: { kind: 'answers', ringMs: 3000 },
  callee: { ...AGREEING, greeting: 'Hello, this is Ada, how can I help you?' },
  model: { session: 'dropped' },
}
