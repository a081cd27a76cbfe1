// The Call resource: https://www.twilio.com/docs/voice/api/call-resource
import { randomBytes } from 'node:crypto'
import type { CallParameters } from './call-parameters.ts'

/** `initiated` is told to callbacks alone; the resource still says `queued`. */
export type CallStatus =
  | 'queued'
  | 'initiated'
  | 'ringing'
  | 'in-progress'
  | 'completed'
  | 'busy'
  | 'no-answer'
  | 'canceled'
  | 'failed'

export const ENDED: ReadonlySet<CallStatus> = new Set(['completed', 'busy', 'no-answer', 'canceled', 'failed'])

/** One call as the carrier keeps it. Durations are media time, moments wall time. */
export interface Call {
  sid: string
  accountSid: string
  parameters: CallParameters
  status: CallStatus
  createdAt: Date
  updatedAt: Date
  startedAt: Date | null
  endedAt: Date | null
  /** Seconds since the answer, rounded up; 0 for a call that nobody answered; null while it lasts. */
  durationSeconds: number | null
  answeredBy: string | null
}

/** A new SID of that kind: CA for calls, MZ for streams. */
export const newSid = (prefix: 'CA' | 'MZ'): string => prefix + randomBytes(16).toString('hex')

export const newCall = (accountSid: string, parameters: CallParameters): Call => ({
  sid: newSid('CA'),
  accountSid,
  parameters,
  status: 'queued',
  createdAt: new Date(),
  updatedAt: new Date(),
  startedAt: null,
  endedAt: null,
  durationSeconds: null,
  answeredBy: null,
})

/** A moment in RFC 2822, as Twilio writes it: `Tue, 31 Aug 2010 20:36:28 +0000`. */
export const rfc2822 = (moment: Date): string => moment.toUTCString().replace('GMT', '+0000')

const momentOrNull = (moment: Date | null): string | null => moment && rfc2822(moment)

/** The call as the REST API shows it. */
export const presentCall = (call: Call) => {
  const uri = `/2010-04-01/Accounts/${call.accountSid}/Calls/${call.sid}`
  const { to, from } = call.parameters
  return {
    sid: call.sid,
    date_created: rfc2822(call.createdAt),
    date_updated: rfc2822(call.updatedAt),
    parent_call_sid: null,
    account_sid: call.accountSid,
    to,
    to_formatted: formatted(to),
    from,
    from_formatted: formatted(from),
    phone_number_sid: null,
    status: call.status === 'initiated' ? 'queued' : call.status,
    start_time: momentOrNull(call.startedAt),
    end_time: momentOrNull(call.endedAt),
    duration: call.durationSeconds === null ? null : String(call.durationSeconds),
    price: null,
    price_unit: 'USD',
    direction: 'outbound-api',
    answered_by: call.answeredBy,
    api_version: '2010-04-01',
    forwarded_from: null,
    group_sid: null,
    caller_name: null,
    queue_time: '0',
    trunk_sid: null,
    uri: `${uri}.json`,
    subresource_uris: {
      notifications: `${uri}/Notifications.json`,
      recordings: `${uri}/Recordings.json`,
      streams: `${uri}/Streams.json`,
    },
  }
}

const formatted = (e164: string): string => e164.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, '($1) $2-$3')
