import type { CallRequest } from '../../src/calls/call.ts'

/** What a client asked for, as it is stored; `changes` say what the test is about. */
export const callRequest = (changes: Partial<CallRequest> = {}): CallRequest => ({
  toPhoneNumber: '+14155550100',
  objective: 'Book a table',
  businessName: null,
  website: null,
  language: null,
  callerName: null,
  maxDurationSeconds: 600,
  record: true,
  metadata: null,
  ...changes,
})
