import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const serverErrorAfterAccepting: Scenario = {
  number: '+14155550141',
  name: 'server-error-after-accepting',
  title: 'Server error after accepting',
  description: 'The carrier dials, and answers with its own 500.',
  carrier: { kind: 'answers', ringMs: 3000, trouble: { answer: 'server_error' } },
  callee: AGREEING,
  ends: { status: 'completed', outcome: 'achieved', errorCode: null, credits: 1 },
}
