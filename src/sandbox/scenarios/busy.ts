import type { Scenario } from './scenario.ts'

export const busy: Scenario = {
  number: '+14155550103',
  name: 'busy',
  title: 'Busy',
  description: 'The line is engaged.',
  carrier: { kind: 'ends', status: 'busy', ringMs: 1000 },
  callee: null,
  ends: { status: 'failed', outcome: null, errorCode: 'busy', credits: 0 },
}
