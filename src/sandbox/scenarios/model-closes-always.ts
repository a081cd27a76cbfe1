import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const modelClosesAlways: Scenario = {
  number: '+14155550151',
  name: 'model-closes-always',
  title: 'Model closes always',
  description: 'The model closes every session in the middle of a sentence, until no other is tried.',
  carrier: { kind: 'answers', ringMs: 3000 },
  callee: { ...AGREEING, greeting: 'Hello, this is Basil, how can I help you?' },
  model: { session: 'closed', again: true },
  ends: { status: 'failed', outcome: null, errorCode: 'call_failed', credits: 0 },
}
