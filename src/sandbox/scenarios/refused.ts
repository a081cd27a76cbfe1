import { testNumber } from '../../test-numbers/table.ts'
import type { Scenario } from './scenario.ts'

export const refused: Scenario = {
  ...testNumber('refused'),
  carrier: {
    kind: 'refuses',
    status: 400,
    code: 21211,
    message: 'The phone number you are attempting to call, +14155550105, is not valid.',
  },
  callee: null,
}
