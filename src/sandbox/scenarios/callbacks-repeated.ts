import { testNumber } from '../../test-numbers/table.ts'
import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const callbacksRepeated: Scenario = {
  ...testNumber('callbacks-repeated'),
  carrier: { kind: 'answers', ringMs: 3000, trouble: { callbacks: 'repeated' } },
  callee: AGREEING,
}
