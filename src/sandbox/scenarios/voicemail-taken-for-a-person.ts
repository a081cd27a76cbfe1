import { testNumber } from '../../test-numbers/table.ts'
import { VOICEMAIL_GREETING } from './scenario.ts'
import type { Scenario } from './scenario.ts'

export const voicemailTakenForAPerson: Scenario = {
  ...testNumber('voicemail-taken-for-a-person'),
  carrier: { kind: 'answers', ringMs: 3000, detects: 'human' },
  callee: { machine: 'voicemail', greeting: VOICEMAIL_GREETING },
}
