import { testNumber } from '../../test-numbers/table.ts'
import { GREETING } from './scenario.ts'
import type { Scenario } from './scenario.ts'

const refusal = { say: 'Please never call this number again.', expects: 'nothing' } as const

export const forbidsFurtherCalls: Scenario = {
  ...testNumber('forbids-further-calls'),
  carrier: { kind: 'answers', ringMs: 3000 },
  callee: { greeting: GREETING, table: refusal, appointment: refusal, hours: refusal, other: refusal },
}
