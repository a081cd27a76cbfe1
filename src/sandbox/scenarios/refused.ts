import type { Scenario } from './scenario.ts'

export const refused: Scenario = {
  number: '+14155550105',
  name: 'refused',
  title: 'Refused by the carrier',
  description: 'The carrier does not dial: it answers that the number is not valid.',
  carrier: {
    kind: 'refuses',
    status: 400,
    code: 21211,
    message: 'The phone number you are attempting to call, +14155550105, is not valid.',
  },
  callee: null,
  ends: { status: 'failed', outcome: null, errorCode: 'call_failed', credits: 0 },
}
