import { testNumber } from '../../test-numbers/table.ts'
import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const modelCutFrame: Scenario = {
  ...testNumber('model-cut-frame'),
  carrier: { kind: 'answers', ringMs: 3000 },
  callee: { ...AGREEING, greeting: 'Hello, this is Edgar, how can I help you?' },
  model: { session: 'cut_frame' },
}
