import { testNumber } from '../../test-numbers/table.ts'
import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const statusGoesBackwards: Scenario = {
  ...testNumber('status-goes-backwards'),
  carrier: { kind: 'answers', ringMs: 3000, trouble: { callbacks: 'backwards' } },
  callee: AGREEING,
}
