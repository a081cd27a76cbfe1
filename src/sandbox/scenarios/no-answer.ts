import { testNumber } from '../../test-numbers/table.ts'
import type { Scenario } from './scenario.ts'

export const noAnswer: Scenario = {
  ...testNumber('no-answer'),
  carrier: { kind: 'rings' },
  callee: null,
}
