import { testNumber } from '../../test-numbers/table.ts'
import { GREETING } from './scenario.ts'
import type { Scenario } from './scenario.ts'

export const offersAnotherTime: Scenario = {
  ...testNumber('offers-another-time'),
  carrier: { kind: 'answers', ringMs: 3000 },
  callee: {
    greeting: GREETING,
    table: { say: 'I am sorry, {when} is taken. I could offer you {later}.', expects: 'offer' },
    appointment: { say: 'I am sorry, {when} is taken. I could offer you {later}.', expects: 'offer' },
    hours: { say: 'We are closed on {day}, but on {nextDay} we are open from 9am to 5pm.', expects: 'nothing' },
    other: { say: 'I am sorry, {when} is not available. I could offer you {later}.', expects: 'offer' },
  },
}
