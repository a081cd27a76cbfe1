import { testNumber } from '../../test-numbers/table.ts'
import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const responseLost: Scenario = {
  ...testNumber('response-lost'),
  carrier: { kind: 'answers', ringMs: 3000, trouble: { answer: 'lost' } },
  callee: AGREEING,
}
