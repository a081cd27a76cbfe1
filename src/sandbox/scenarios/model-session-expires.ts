import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const modelSessionExpires: Scenario = {
  number: '+14155550152',
  name: 'model-session-expires',
  title: 'Model session expires',
  description: 'The time of the session is over in the middle of its first sentence.',
  carrier: { kind: 'answers', ringMs: 3000 },
  callee: { ...AGREEING, greeting: 'Hello, this is Cleo, how can I help you?' },
  model: { session: 'expired' },
  ends: { status: 'completed', outcome: 'achieved', errorCode: null, credits: 1 },
}
