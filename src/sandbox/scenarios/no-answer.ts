import type { Scenario } from './scenario.ts'

export const noAnswer: Scenario = {
  number: '+14155550104',
  name: 'no-answer',
  title: 'No answer',
  description: 'It rings until the carrier gives up.',
  carrier: { kind: 'rings' },
  callee: null,
  ends: { status: 'failed', outcome: null, errorCode: 'no_answer', credits: 0 },
}
