import { testNumber } from '../../test-numbers/table.ts'
import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const notJson: Scenario = {
  ...testNumber('not-json'),
  carrier: { kind: 'answers', ringMs: 3000, trouble: { answer: 'not_json' } },
  callee: AGREEING,
}
