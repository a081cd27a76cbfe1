import { testNumber } from '../../test-numbers/table.ts'
import type { Scenario } from './scenario.ts'

export const responseAndCallbacksLost: Scenario = {
  ...testNumber('response-and-callbacks-lost'),
  carrier: { kind: 'ends', status: 'busy', ringMs: 1000, trouble: { answer: 'lost', callbacks: 'none' } },
  callee: null,
}
