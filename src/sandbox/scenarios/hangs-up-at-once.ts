import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const hangsUpAtOnce: Scenario = {
  number: '+14155550110',
  name: 'hangs-up-at-once',
  title: 'Hangs up at once',
  description: 'Picks up and hangs up, before anybody has said a word.',
  carrier: { kind: 'answers', ringMs: 3000 },
  callee: {
    ...AGREEING,
    cues: [{ on: { kind: 'answered', afterMs: 20 }, hangsUpAfterMs: 0 }],
  },
  ends: { status: 'completed', outcome: 'not_achieved', errorCode: null, credits: 1 },
}
