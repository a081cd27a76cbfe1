import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const personTakenForAMachine: Scenario = {
  number: '+14155550122',
  name: 'person-taken-for-a-machine',
  title: 'Person taken for a machine',
  description: 'A person answers and agrees, and the carrier takes that person for a machine.',
  carrier: { kind: 'answers', ringMs: 3000, detects: 'machine' },
  callee: AGREEING,
  ends: { status: 'completed', outcome: 'achieved', errorCode: null, credits: 1 },
}
