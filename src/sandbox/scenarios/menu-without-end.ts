import type { Scenario } from './scenario.ts'

export const menuWithoutEnd: Scenario = {
  number: '+14155550126',
  name: 'menu-without-end',
  title: 'Menu without end',
  description: 'A menu that leads back to itself, whatever is pressed.',
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
  ends: { status: 'completed', outcome: 'not_achieved', errorCode: null, credits: 1 },
}
