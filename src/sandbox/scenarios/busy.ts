import { testNumber } from '../../test-numbers/table.ts'
import type { Scenario } from './scenario.ts'

export const busy: Scenario = {
  ...testNumber('busy'),
  carrier: { kind: 'ends', status: 'busy', ringMs: 1000 },
  callee: null,
}
