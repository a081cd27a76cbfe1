import { testNumber } from '../../test-numbers/table.ts'
import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const menu: Scenario = {
  ...testNumber('menu'),
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
}
