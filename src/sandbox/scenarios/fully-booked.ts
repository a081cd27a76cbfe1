import { testNumber } from '../../test-numbers/table.ts'
import { GREETING } from './scenario.ts'
import type { Scenario } from './scenario.ts'

export const fullyBooked: Scenario = {
  ...testNumber('fully-booked'),
  carrier: { kind: 'answers', ringMs: 3000 },
  callee: {
    greeting: GREETING,
    table: { say: 'I am sorry, we are fully booked.', expects: 'nothing' },
    appointment: { say: 'I am sorry, we are fully booked.', expects: 'nothing' },
    hours: { say: 'I am sorry, I cannot tell you that.', expects: 'nothing' },
    other: { say: 'I am sorry, we cannot do that.', expects: 'nothing' },
  },
}
