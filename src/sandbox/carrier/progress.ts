// Status callbacks: https://www.twilio.com/docs/voice/api/call-resource#statuscallbackevent
// R1  SequenceNumber orders them, from 0; they are separate requests, so they may arrive in any order.
import { rfc2822 } from './call.ts'
import type { Call, CallStatus } from './call.ts'
import type { ProgressEvent } from './call-parameters.ts'

/** What every request about a call tells. */
export const callForm = (call: Call): Record<string, string> => ({
  CallSid: call.sid,
  AccountSid: call.accountSid,
  From: call.parameters.from,
  To: call.parameters.to,
  Caller: call.parameters.from,
  Called: call.parameters.to,
  CallStatus: call.status,
  ApiVersion: '2010-04-01',
  Direction: 'outbound-api',
})

/** The status callback for what has just become of the call, or null where nobody asked for it. */
export const progressForm = (call: Call, sequenceNumber: number): Record<string, string> | null => {
  const event = eventOf(call.status)
  if (!event || !call.parameters.statusCallback || !call.parameters.statusEvents.has(event)) return null
  return {
    ...callForm(call),
    CallbackSource: 'call-progress-events',
    SequenceNumber: String(sequenceNumber),
    Timestamp: rfc2822(new Date()),
    ...(call.answeredBy !== null && { AnsweredBy: call.answeredBy }),
    ...(event === 'completed' && {
      CallDuration: String(call.durationSeconds ?? 0),
      Duration: String(Math.ceil((call.durationSeconds ?? 0) / 60)),
      SipResponseCode: SIP_CODES[call.status] ?? '500',
    }),
  }
}

const eventOf = (status: CallStatus): ProgressEvent | null => {
  if (status === 'queued') return null
  if (status === 'initiated' || status === 'ringing') return status
  return status === 'in-progress' ? 'answered' : 'completed'
}

const SIP_CODES: Partial<Record<CallStatus, string>> = {
  completed: '200',
  busy: '486',
  'no-answer': '487',
  canceled: '487',
}
