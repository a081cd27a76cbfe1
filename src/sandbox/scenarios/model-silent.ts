import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const modelSilent: Scenario = {
  number: '+14155550155',
  name: 'model-silent',
  title: 'Model silent',
  description: 'The model begins to answer the greeting, and not a word comes.',
  carrier: { kind: 'answers', ringMs: 3000 },
  callee: { ...AGREEING, greeting: 'Hello, this is Flora, how can I help you?' },
  model: { session: 'silent' },
  ends: { status: 'completed', outcome: 'achieved', errorCode: null, credits: 1 },
}
