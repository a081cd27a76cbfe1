import { testNumber } from '../../test-numbers/table.ts'
import type { Scenario } from './scenario.ts'

export const silentLine: Scenario = {
  ...testNumber('silent-line'),
  carrier: { kind: 'answers', ringMs: 3000, detects: 'unknown' },
  callee: { machine: 'silent' },
}
