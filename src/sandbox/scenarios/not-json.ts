import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const notJson: Scenario = {
  number: '+14155550143',
  name: 'not-json',
  title: 'An answer that is not JSON',
  description: 'The carrier dials; in its place somebody answers with a page of HTML.',
  carrier: { kind: 'answers', ringMs: 3000, trouble: { answer: 'not_json' } },
  callee: AGREEING,
  ends: { status: 'completed', outcome: 'achieved', errorCode: null, credits: 1 },
}
