import { VOICEMAIL_GREETING } from './scenario.ts'
import type { Scenario } from './scenario.ts'

export const voicemailTakenForAPerson: Scenario = {
  number: '+14155550121',
  name: 'voicemail-taken-for-a-person',
  title: 'Voicemail taken for a person',
  description: 'A voicemail answers, and the carrier takes it for a person.',
  carrier: { kind: 'answers', ringMs: 3000, detects: 'human' },
  callee: { machine: 'voicemail', greeting: VOICEMAIL_GREETING },
  ends: { status: 'completed', outcome: 'partial', errorCode: null, credits: 1 },
}
