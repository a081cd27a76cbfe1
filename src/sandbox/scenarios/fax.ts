import type { Scenario } from './scenario.ts'

export const fax: Scenario = {
  number: '+14155550123',
  name: 'fax',
  title: 'Fax',
  description: 'A fax answers with its tone.',
  carrier: { kind: 'answers', ringMs: 3000, detects: 'fax' },
  callee: { machine: 'fax' },
  ends: { status: 'completed', outcome: 'not_achieved', errorCode: null, credits: 1 },
}
