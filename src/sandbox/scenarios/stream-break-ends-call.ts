import { testNumber } from '../../test-numbers/table.ts'
import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const streamBreakEndsCall: Scenario = {
  ...testNumber('stream-break-ends-call'),
  carrier: { kind: 'answers', ringMs: 3000, trouble: { streams: 'break_ends_call' } },
  callee: AGREEING,
}
