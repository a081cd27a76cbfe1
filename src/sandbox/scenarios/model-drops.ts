import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const modelDrops: Scenario = {
  number: '+14155550150',
  name: 'model-drops',
  title: 'Model drops',
  description: 'The socket of the model drops in the middle of its first sentence.',
  carrier: { kind: 'answers', ringMs: 3000 },
  callee: { ...AGREEING, greeting: 'Hello, this is Ada, how can I help you?' },
  model: { session: 'dropped' },
  ends: { status: 'completed', outcome: 'achieved', errorCode: null, credits: 1 },
}
