import { testNumber } from '../../test-numbers/table.ts'
import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const personTakenForAMachine: Scenario = {
  ...testNumber('person-taken-for-a-machine'),
  carrier: { kind: 'answers', ringMs: 3000, detects: 'machine' },
  callee: AGREEING,
}
