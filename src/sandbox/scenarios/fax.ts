import { testNumber } from '../../test-numbers/table.ts'
import type { Scenario } from './scenario.ts'

export const fax: Scenario = {
  ...testNumber('fax'),
  carrier: { kind: 'answers', ringMs: 3000, detects: 'fax' },
  callee: { machine: 'fax' },
}
