import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const callbacksLate: Scenario = {
  number: '+14155550157',
  name: 'callbacks-late',
  title: 'Callbacks late',
  description: 'No status callback comes before the call is over; then all of them do.',
  carrier: { kind: 'answers', ringMs: 3000, trouble: { callbacks: 'late' } },
  callee: AGREEING,
  ends: { status: 'completed', outcome: 'achieved', errorCode: null, credits: 1 },
}
