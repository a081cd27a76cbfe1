import { testNumber } from '../../test-numbers/table.ts'
import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const serverErrorAfterAccepting: Scenario = {
  ...testNumber('server-error-after-accepting'),
  carrier: { kind: 'answers', ringMs: 3000, trouble: { answer: 'server_error' } },
  callee: AGREEING,
}
