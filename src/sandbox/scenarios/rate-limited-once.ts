import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const rateLimitedOnce: Scenario = {
  number: '+14155550144',
  name: 'rate-limited-once',
  title: 'Rate-limited once',
  description: 'The first request to dial is one too many and is not processed; the next is.',
  carrier: { kind: 'answers', ringMs: 3000, trouble: { tooManyRequests: 1 } },
  callee: AGREEING,
  ends: { status: 'completed', outcome: 'achieved', errorCode: null, credits: 1 },
}
