import { AGREEING } from './agrees.ts'
import type { Scenario } from './scenario.ts'

export const talksAtTheSameTime: Scenario = {
  number: '+14155550108',
  name: 'talks-at-the-same-time',
  title: 'Talks at the same time',
  description: 'Begins to speak whenever the agent does, and does not stop for it.',
  carrier: { kind: 'answers', ringMs: 3000 },
  callee: {
    ...AGREEING,
    cues: [
      { on: { kind: 'agent_speaks', forMs: 0 }, say: 'You have reached the front desk.' },
      { on: { kind: 'agent_speaks', forMs: 0 }, say: 'Hello, hello? Is there anybody?' },
      { on: { kind: 'agent_speaks', forMs: 8000 }, say: 'A moment, I have to find my book.' },
    ],
  },
  ends: { status: 'completed', outcome: 'achieved', errorCode: null, credits: 1 },
}
