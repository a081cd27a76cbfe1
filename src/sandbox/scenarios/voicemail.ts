import { VOICEMAIL_GREETING } from './scenario.ts'
import type { Scenario } from './scenario.ts'

export const voicemail: Scenario = {
  number: '+14155550120',
  name: 'voicemail',
  title: 'Voicemail',
  description: 'A voicemail answers with a greeting and a beep; a message is left.',
  carrier: { kind: 'answers', ringMs: 3000, detects: 'machine' },
  callee: { machine: 'voicemail', greeting: VOICEMAIL_GREETING },
  ends: { status: 'completed', outcome: 'partial', errorCode: null, credits: 1 },
}
