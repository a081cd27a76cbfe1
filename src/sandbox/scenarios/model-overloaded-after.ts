import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const modelOverloadedAfter: Scenario = {
  number: '+14155550156',
  name: 'model-overloaded-after',
  title: 'Model overloaded afterwards',
  description: 'The first two requests to judge the call are answered with 503.',
  carrier: { kind: 'answers', ringMs: 3000 },
  callee: { ...AGREEING, greeting: 'Hello, this is Gus, how can I help you?' },
  model: { overloaded: 2 },
  ends: { status: 'completed', outcome: 'achieved', errorCode: null, credits: 1 },
}
