import { testNumber } from '../../test-numbers/table.ts'
import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const modelServerError: Scenario = {
  ...testNumber('model-server-error'),
  carrier: { kind: 'answers', ringMs: 3000 },
  callee: { ...AGREEING, greeting: 'Hello, this is Dora, how can I help you?' },
  model: { session: 'server_error' },
}
