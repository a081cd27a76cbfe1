import { testNumber } from '../../test-numbers/table.ts'
import type { Scenario } from './scenario.ts'

export const menuWithoutEnd: Scenario = {
  ...testNumber('menu-without-end'),
  carrier: { kind: 'answers', ringMs: 3000, detects: 'machine' },
  callee: {
    machine: 'menu',
    levels: [
      {
        says: [
          'Welcome. For our opening hours, press 1. For everything else, press 2. To speak with a person, press 3.',
        ],
        keys: '',
        otherwise: 'All our lines are busy. You are taken back to the menu.',
      },
    ],
    person: null,
  },
}
