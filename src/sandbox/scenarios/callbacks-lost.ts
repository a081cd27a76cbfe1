import { testNumber } from '../../test-numbers/table.ts'
import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const callbacksLost: Scenario = {
  ...testNumber('callbacks-lost'),
  carrier: { kind: 'answers', ringMs: 3000, trouble: { callbacks: 'none' } },
  callee: AGREEING,
}
