import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const statusGoesBackwards: Scenario = {
  number: '+14155550149',
  name: 'status-goes-backwards',
  title: 'Status goes backwards',
  description: 'The callback for ringing comes after the answer, the one for initiated after the end.',
  carrier: { kind: 'answers', ringMs: 3000, trouble: { callbacks: 'backwards' } },
  callee: AGREEING,
  ends: { status: 'completed', outcome: 'achieved', errorCode: null, credits: 1 },
}
