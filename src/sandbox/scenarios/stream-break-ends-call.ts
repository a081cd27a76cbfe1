import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const streamBreakEndsCall: Scenario = {
  number: '+14155550147',
  name: 'stream-break-ends-call',
  title: 'Stream break ends the call',
  description: 'The call would end if the socket of its media stream broke off.',
  carrier: { kind: 'answers', ringMs: 3000, trouble: { streams: 'break_ends_call' } },
  callee: AGREEING,
  ends: { status: 'completed', outcome: 'achieved', errorCode: null, credits: 1 },
}
