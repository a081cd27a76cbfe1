import { testNumber } from '../../test-numbers/table.ts'
import { VOICEMAIL_GREETING } from './scenario.ts'
import type { Scenario } from './scenario.ts'

export const voicemail: Scenario = {
  ...testNumber('voicemail'),
  carrier: { kind: 'answers', ringMs: 3000, detects: 'machine' },
  callee: { machine: 'voicemail', greeting: VOICEMAIL_GREETING },
}
