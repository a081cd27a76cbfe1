import { testNumber } from '../../test-numbers/table.ts'
import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const callbacksLate: Scenario = {
  ...testNumber('callbacks-late'),
  carrier: { kind: 'answers', ringMs: 3000, trouble: { callbacks: 'late' } },
  callee: AGREEING,
}
