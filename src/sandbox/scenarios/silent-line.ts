import type { Scenario } from './scenario.ts'

export const silentLine: Scenario = {
  number: '+14155550124',
  name: 'silent-line',
  title: 'Silent line',
  description: 'Somebody or something picks up, and is never heard.',
  carrier: { kind: 'answers', ringMs: 3000, detects: 'unknown' },
  callee: { machine: 'silent' },
  ends: { status: 'completed', outcome: 'not_achieved', errorCode: null, credits: 1 },
}
