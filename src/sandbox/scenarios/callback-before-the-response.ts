import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const callbackBeforeTheResponse: Scenario = {
  number: '+14155550142',
  name: 'callback-before-the-response',
  title: 'Callback before the response',
  description: 'The first callback comes before the answer to the dial.',
  carrier: { kind: 'answers', ringMs: 3000, trouble: { answer: 'late' } },
  callee: AGREEING,
  ends: { status: 'completed', outcome: 'achieved', errorCode: null, credits: 1 },
}
