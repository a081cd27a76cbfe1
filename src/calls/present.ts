// Calls on their way to the wire of the objective API; `schema.ts` has its shape, and the routes bind the two.
import { transcriptOf } from './call.ts'
import type { Call, CallStatus, Turn } from './call.ts'

/** What POST answers: the call as it was accepted, without the optional fields that were not given. */
export const presentAccepted = ({ _id, createdAt, scheduledFor, request }: Call) => ({
  call_id: _id,
  status: 'queued' as const,
  to_phone_number: request.toPhoneNumber,
  objective: request.objective,
  ...(request.businessName === null ? {} : { business_name: request.businessName }),
  ...(request.website === null ? {} : { website: request.website }),
  created_at: toSecond(createdAt),
  ...(scheduledFor ? { scheduled_for: toSecond(scheduledFor) } : {}),
})

/** A call in a list: every key, `null` until it is known. */
export const presentListed = (call: Omit<Call, 'context'>) => presentWithTurns(call, call.turns)

/** A call by itself, with the conversation's turns. */
export const presentDetails = (call: Call, turns: Turn[] | null) => ({
  ...presentWithTurns(call, turns),
  turns:
    turns &&
    turns.map(({ role, text, atMs, interrupted }) => ({ role, text, at_ms: Math.round(atMs), interrupted })),
})

const presentWithTurns = (call: Omit<Call, 'context'>, turns: Turn[] | null) => ({
  call_id: call._id,
  status: call.status as CallStatus,
  to_phone_number: call.request.toPhoneNumber,
  objective: call.request.objective,
  business_name: call.request.businessName,
  website: call.request.website,
  created_at: toSecond(call.createdAt),
  // Calls that were made before it was known of them have none.
  scheduled_for: call.scheduledFor ? toSecond(call.scheduledFor) : null,
  outcome: call.outcome,
  outcome_details: call.outcomeDetails,
  summary: call.summary,
  transcript: turns && transcriptOf(turns),
  duration_seconds: call.durationSeconds,
  recording_url: call.recordingUrl,
  started_at: call.startedAt && toSecond(call.startedAt),
  ended_at: call.endedAt && toSecond(call.endedAt),
  error_code: call.errorCode,
  error_message: call.errorMessage,
  language: call.request.language,
  caller_name: call.request.callerName,
  metadata:
    call.request.metadata && Object.fromEntries(call.request.metadata.map(({ name, value }) => [name, value])),
  answered_by: call.answeredBy,
})

/** A moment on the wire: UTC, ISO 8601, to the second. */
export const toSecond = (time: Date): string => time.toISOString().replace(/\.\d+Z$/, 'Z')
