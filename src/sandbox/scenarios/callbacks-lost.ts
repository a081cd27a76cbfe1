import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const callbacksLost: Scenario = {
  number: '+14155550158',
  name: 'callbacks-lost',
  title: 'Callbacks lost',
  description: 'No status callback comes at all; the call itself goes on.',
  carrier: { kind: 'answers', ringMs: 3000, trouble: { callbacks: 'none' } },
  callee: AGREEING,
  ends: { status: 'completed', outcome: 'achieved', errorCode: null, credits: 1 },
}
