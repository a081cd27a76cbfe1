// The objective API's calls on the wire. Descriptions and examples are the documentation's own.
import { z } from 'zod'

import { field } from '../http/fields.ts'
import { pageLimit, time } from '../http/page.ts'
import { CALL_IDS } from '../ids.ts'
import { CALL_STATUSES, OUTCOMES } from './call.ts'

const text = (maxLength: number, description: string, example: string) =>
  field(z.string().trim().max(maxLength).optional(), {
    expected: `text of at most ${maxLength} characters`,
    description,
    examples: [example],
  })

const isWebUrl = (url: string): boolean => {
  if (!URL.canParse(url)) return false
  const { protocol, hostname } = new URL(url)
  return (protocol === 'http:' || protocol === 'https:') && hostname !== ''
}

const withScheme = (website: string): string => {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(website)) return website
  // A bare word is no domain.
  return website.includes('.') ? `https://${website}` : ''
}

/** The body of POST /calls. */
export const createCallBody = z.object({
  to_phone_number: field(z.string().trim(), {
    expected: 'E.164 phone number like +14155551234',
    description: 'The number to call: E.164, in the US or Canada.',
    examples: ['+14155551234'],
  }),
  objective: field(z.string().trim().min(1).max(4000), {
    expected: 'text of 1 to 4000 characters that says what the call is to achieve',
    description: 'What the call is to achieve, in your own words.',
    examples: ['Book a table for 2 at 7pm at Nopa'],
  }),
  business_name: text(200, 'Who is called; the agent uses the name.', 'Nopa'),
  website: field(z.string().trim().transform(withScheme).pipe(z.string().max(2048).refine(isWebUrl)).optional(), {
    expected: 'an http or https URL, or a domain, of at most 2048 characters',
    description: 'The website of who is called, read before the call. A bare domain gets `https://`.',
    examples: ['https://nopasf.com'],
  }),
  language: text(
    50,
    'The language to speak: an English name or a BCP-47 tag, such as `spanish` or `fr-CA`. English by default.',
    'spanish',
  ),
  caller_name: text(100, 'On whose behalf the agent calls.', 'Ada Lovelace'),
  max_duration_seconds: field(z.int().min(60).max(1800).default(600), {
    expected: 'an integer from 60 to 1800',
    description: 'The conversation is brought to its end after this many seconds.',
    examples: [600],
  }),
  record: field(z.boolean().optional(), {
    expected: 'true or false',
    description:
      "Whether the call is recorded, which the agent says in its first sentence. Your account's setting by default.",
    examples: [true],
  }),
  metadata: field(
    z
      .record(z.string(), z.string())
      .refine(metadata => Object.keys(metadata).length <= 20)
      .optional(),
    {
      expected: 'an object of at most 20 text values',
      description: 'Anything of yours that should come back with the call.',
      examples: [{ order_id: '4711' }],
    },
  ),
})

export type CreateCallBody = z.output<typeof createCallBody>

/** The path of one call. */
export const callParams = z.object({
  call_id: field(z.string(), {
    expected: 'the id of a call',
    description: 'The id of the call.',
    examples: ['cl_01kad0zv6xk3y8t4m5n6p7q8r9'],
  }),
})

/** The query of GET /calls. */
export const listCallsQuery = z.object({
  limit: pageLimit('calls'),
  status: field(z.enum(CALL_STATUSES).optional(), {
    expected: `one of ${CALL_STATUSES.join(', ')}`,
    description: 'Only calls in this status.',
    examples: ['completed'],
  }),
  starting_after: field(z.string().trim().regex(CALL_IDS).optional(), {
    expected: 'the id of a call like cl_01kad0zv6xk3y8t4m5n6p7q8r9',
    description: 'Only calls older than this one: the last of the previous page, when that says `has_more`.',
    examples: ['cl_01kad0zv6xk3y8t4m5n6p7q8r9'],
  }),
})

const callId = z.string().meta({ description: 'The id of the call. Ids sort by time.' })
const status = z.enum(CALL_STATUSES).meta({ description: 'Only ever moves forward.' })

/** The answer to POST /calls: optional fields that were not given are left out. */
export const acceptedCall = z.object({
  data: z.object({
    call_id: callId,
    status,
    to_phone_number: z.string(),
    objective: z.string(),
    business_name: z.string().optional(),
    website: z.string().optional(),
    created_at: time,
  }),
  credits_remaining: z.int().meta({ description: 'After this call has taken its credit.', examples: [49] }),
})

const listedCall = z.object({
  call_id: callId,
  status,
  to_phone_number: z.string(),
  objective: z.string(),
  business_name: z.string().nullable(),
  website: z.string().nullable(),
  created_at: time,
  outcome: z.enum(OUTCOMES).nullable().meta({ description: 'Set when the call is completed.' }),
  outcome_details: z.string().nullable().meta({ description: 'What was agreed, or why nothing was.' }),
  summary: z.string().nullable().meta({ description: 'The conversation in a few sentences.' }),
  transcript: z.string().nullable().meta({ description: 'A line a turn: `Agent: …`, `Callee: …`.' }),
  duration_seconds: z.int().nullable().meta({ description: 'From the answer to the end of the conversation.' }),
  recording_url: z.string().nullable(),
  started_at: time.nullable().meta({ description: 'When the callee answered.' }),
  ended_at: time.nullable().meta({ description: 'When the conversation ended; its analysis may still be made.' }),
  error_code: z
    .enum(['busy', 'no_answer', 'call_failed', 'dial_unknown', 'analysis_failed'])
    .nullable()
    .meta({ description: 'What went wrong.' }),
  error_message: z.string().nullable(),
  language: z.string().nullable(),
  caller_name: z.string().nullable(),
  metadata: z.record(z.string(), z.string()).nullable(),
  answered_by: z.enum(['human', 'machine']).nullable(),
})

const turn = z.object({
  role: z.enum(['agent', 'callee']),
  text: z.string(),
  at_ms: z.int().meta({ description: 'Since the callee answered, in the time of the audio.' }),
  interrupted: z.boolean(),
})

/** The answer to GET /calls/:call_id: every key is present, `null` until it is known. */
export const callDetails = z.object({
  data: listedCall.extend({
    turns: z.array(turn).nullable().meta({ description: 'What was said, so far while the call is in progress.' }),
  }),
})

/** The answer to GET /calls. */
export const callList = z.object({
  data: z.array(listedCall),
  has_more: z.boolean().meta({ description: 'Whether older calls follow the last of these.' }),
})
