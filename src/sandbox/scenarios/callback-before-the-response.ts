import { testNumber } from '../../test-numbers/table.ts'
import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const callbackBeforeTheResponse: Scenario = {
  ...testNumber('callback-before-the-response'),
  carrier: { kind: 'answers', ringMs: 3000, trouble: { answer: 'late' } },
  callee: AGREEING,
}
