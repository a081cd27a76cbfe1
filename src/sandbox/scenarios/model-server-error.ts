import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const modelServerError: Scenario = {
  number: '+14155550153',
  name: 'model-server-error',
  title: 'Model server error',
  description: 'The model tells of an error of its server in the middle of its first sentence, and falls silent.',
  carrier: { kind: 'answers', ringMs: 3000 },
  callee: { ...AGREEING, greeting: 'Hello, this is Dora, how can I help you?' },
  model: { session: 'server_error' },
  ends: { status: 'completed', outcome: 'achieved', errorCode: null, credits: 1 },
}
