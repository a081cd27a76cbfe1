import { GREETING } from './scenario.ts'
import type { Scenario } from './scenario.ts'

export const offersAnotherTime: Scenario = {
  number: '+14155550101',
  name: 'offers-another-time',
  title: 'Offers another time',
  description: 'Picks up, has nothing at the time that is asked for, and offers a later one.',
  carrier: { kind: 'answers', ringMs: 3000 },
  callee: {
    greeting: GREETING,
    table: { say: 'I am sorry, {when} is taken. I could offer you {later}.', expects: 'offer' },
    appointment: { say: 'I am sorry, {when} is taken. I could offer you {later}.', expects: 'offer' },
    hours: { say: 'We are closed on {day}, but on {nextDay} we are open from 9am to 5pm.', expects: 'nothing' },
  },
  ends: { status: 'completed', outcome: 'partial', errorCode: null, credits: 1 },
}
