import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const hangsUpDuringGoodbye: Scenario = {
  number: '+14155550111',
  name: 'hangs-up-during-goodbye',
  title: 'Hangs up during the goodbye',
  description: 'Agrees, and hangs up while the agent says goodbye.',
  carrier: { kind: 'answers', ringMs: 3000 },
  callee: {
    ...AGREEING,
    cues: [{ on: { kind: 'agent_speaks', forMs: 0, saying: 'Goodb' }, hangsUpAfterMs: 0 }],
  },
  ends: { status: 'completed', outcome: 'achieved', errorCode: null, credits: 1 },
}
