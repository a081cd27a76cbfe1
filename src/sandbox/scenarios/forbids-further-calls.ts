import { GREETING } from './scenario.ts'
import type { Scenario } from './scenario.ts'

const refusal = { say: 'Please never call this number again.', expects: 'nothing' } as const

export const forbidsFurtherCalls: Scenario = {
  number: '+14155550113',
  name: 'forbids-further-calls',
  title: 'Forbids further calls',
  description: 'Asks never to be called again, and is on the do-not-call list from then on.',
  carrier: { kind: 'answers', ringMs: 3000 },
  callee: { greeting: GREETING, table: refusal, appointment: refusal, hours: refusal },
  ends: { status: 'completed', outcome: 'not_achieved', errorCode: null, credits: 1 },
}
