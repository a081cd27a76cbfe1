import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const menu: Scenario = {
  number: '+14155550125',
  name: 'menu',
  title: 'Menu',
  description: 'A menu of two levels, and then a person who agrees.',
  carrier: { kind: 'answers', ringMs: 3000, detects: 'machine' },
  callee: {
    machine: 'menu',
    levels: [
      {
        says: ['Thank you for calling. For our opening hours, press 2.', 'For reservations, press 1.'],
        keys: '12',
        otherwise: 'That is not one of the options.',
      },
      {
        says: ['To hear the wine list, press 1. To speak with a person, press 2.'],
        keys: '2',
        otherwise: 'That is not one of the options.',
      },
    ],
    person: AGREEING,
  },
  ends: { status: 'completed', outcome: 'achieved', errorCode: null, credits: 1 },
}
