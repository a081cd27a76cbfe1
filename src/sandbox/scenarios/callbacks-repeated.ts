import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const callbacksRepeated: Scenario = {
  number: '+14155550145',
  name: 'callbacks-repeated',
  title: 'Callbacks repeated and out of order',
  description: 'Every callback comes twice, and the later one of two comes first.',
  carrier: { kind: 'answers', ringMs: 3000, trouble: { callbacks: 'repeated' } },
  callee: AGREEING,
  ends: { status: 'completed', outcome: 'achieved', errorCode: null, credits: 1 },
}
