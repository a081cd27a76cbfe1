import { testNumber } from '../../test-numbers/table.ts'
import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const streamOpenedTwice: Scenario = {
  ...testNumber('stream-opened-twice'),
  carrier: { kind: 'answers', ringMs: 3000, trouble: { streams: 'opened_twice' } },
  callee: AGREEING,
}
