import { testNumber } from '../../test-numbers/table.ts'
import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const modelSilent: Scenario = {
  ...testNumber('model-silent'),
  carrier: { kind: 'answers', ringMs: 3000 },
  callee: { ...AGREEING, greeting: 'Hello, this is Flora, how can I help you?' },
  model: { session: 'silent' },
}
