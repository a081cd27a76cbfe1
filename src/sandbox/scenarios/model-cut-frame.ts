import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const modelCutFrame: Scenario = {
  number: '+14155550154',
  name: 'model-cut-frame',
  title: 'Model cuts a frame',
  description: 'The model sends half of an event in the middle of its first sentence.',
  carrier: { kind: 'answers', ringMs: 3000 },
  callee: { ...AGREEING, greeting: 'Hello, this is Edgar, how can I help you?' },
  model: { session: 'cut_frame' },
  ends: { status: 'completed', outcome: 'achieved', errorCode: null, credits: 1 },
}
