import { testNumber } from '../../test-numbers/table.ts'
import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const modelSessionExpires: Scenario = {
  ...testNumber('model-session-expires'),
  carrier: { kind: 'answers', ringMs: 3000 },
  callee: { ...AGREEING, greeting: 'Hello, this is Cleo, how can I help you?' },
  model: { session: 'expired' },
}
