import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const responseLost: Scenario = {
  number: '+14155550140',
  name: 'response-lost',
  title: 'Response lost',
  description: 'The carrier dials, and its answer to the dial is lost on the way.',
  carrier: { kind: 'answers', ringMs: 3000, trouble: { answer: 'lost' } },
  callee: AGREEING,
  ends: { status: 'completed', outcome: 'achieved', errorCode: null, credits: 1 },
}
