import type { Scenario } from './scenario.ts'

export const responseAndCallbacksLost: Scenario = {
  number: '+14155550146',
  name: 'response-and-callbacks-lost',
  title: 'Response and callbacks lost',
  description:
    'The line is busy. Neither an answer to the dial nor a callback says so: only the carrier’s list does.',
  carrier: { kind: 'ends', status: 'busy', ringMs: 1000, trouble: { answer: 'lost', callbacks: 'none' } },
  callee: null,
  ends: { status: 'failed', outcome: null, errorCode: 'busy', credits: 0 },
}
