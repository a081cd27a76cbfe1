import { GREETING } from './scenario.ts'
import type { Scenario } from './scenario.ts'

export const fullyBooked: Scenario = {
  number: '+14155550102',
  name: 'fully-booked',
  title: 'Fully booked',
  description: 'Picks up, and has nothing to offer.',
  carrier: { kind: 'answers', ringMs: 3000 },
  callee: {
    greeting: GREETING,
    table: { say: 'I am sorry, we are fully booked.', expects: 'nothing' },
    appointment: { say: 'I am sorry, we are fully booked.', expects: 'nothing' },
    hours: { say: 'I am sorry, I cannot tell you that.', expects: 'nothing' },
  },
  ends: { status: 'completed', outcome: 'not_achieved', errorCode: null, credits: 1 },
}
