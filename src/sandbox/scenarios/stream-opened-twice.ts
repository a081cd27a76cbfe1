import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const streamOpenedTwice: Scenario = {
  number: '+14155550148',
  name: 'stream-opened-twice',
  title: 'Stream opened twice',
  description: 'A second media stream comes with the same start while the first is served.',
  carrier: { kind: 'answers', ringMs: 3000, trouble: { streams: 'opened_twice' } },
  callee: AGREEING,
  ends: { status: 'completed', outcome: 'achieved', errorCode: null, credits: 1 },
}
