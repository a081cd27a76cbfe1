import { testNumber } from '../../test-numbers/table.ts'
import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const rateLimitedOnce: Scenario = {
  ...testNumber('rate-limited-once'),
  carrier: { kind: 'answers', ringMs: 3000, trouble: { tooManyRequests: 1 } },
  callee: AGREEING,
}
