// The objective API's calls on the wire. Descriptions and examples are the documentation's own.
import { z } from 'zod'

import { field } from '../http/fields.ts'
import { hasMore, pageLimit, time } from '../http/page.ts'
import { CALL_IDS } from '../ids.ts'
import { CALL_STATUSES, OUTCOMES } from './call.ts'
import { E164_PATTERN } from './number.ts'

const EXAMPLE_ID = 'cl_01kad0zv6xk3y8t4m5n6p7q8r9'

const text = (maxLength: number, description: string, example: string) =>
  field(z.string().trim().max(maxLength).optional(), {
    expected: `text of at most ${maxLength} characters`,
    description,
    examples: [example],
  })

const isWebUrl = (url: string): boolean => {
  if (!URL.canParse(url)) return false
  const { protocol, hostname, username, password } = new URL(url)
  // A name before the host is no part of a website's address: `mailto:` has one, too.
  return (protocol === 'http:' || protocol === 'https:') && hostname !== '' && username + password === ''
}

const withScheme = (website: string): string => {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(website)) return website
  // A bare word is no domain.
  return website.includes('.') ? `https://${website}` : ''
}

/** A first call: with a test key somebody agrees to it. */
export const EXAMPLE_CALL = {
  to_phone_number: '+14155550100',
  objective: 'Book a table for 2 at 7pm at Nopa',
  business_name: 'Nopa',
  caller_name: 'Ada Lovelace',
}

/** The body of POST /calls. */
export const createCallBody = z
  .object({
    to_phone_number: field(z.string().trim(), {
      expected: 'E.164 phone number like +14155551234',
      description: 'The number to call: E.164, in the US or Canada. With a test key it chooses a scenario.',
      examples: ['+14155551234'],
      documented: { pattern: E164_PATTERN },
    }),
    objective: field(z.string().trim().min(1).max(4000), {
      expected: 'text of 1 to 4000 characters that says what the call is to achieve',
      description: 'What the call is to achieve, in your own words.',
      examples: ['Book a table for 2 at 7pm at Nopa'],
    }),
    business_name: text(200, 'Who is called; the agent uses the name.', 'Nopa'),
    website: field(
      z.string().trim().transform(withScheme).pipe(z.string().max(2048).refine(isWebUrl)).optional(),
      {
        expected: 'an http or https URL, or a domain, of at most 2048 characters',
        description: 'The website of who is called, read before the call. A bare domain gets `https://`.',
        examples: ['https://nopasf.com'],
        documented: { maxLength: 2048 },
      },
    ),
    language: text(
      50,
      'The language to speak: an English name or a BCP-47 tag, such as `spanish` or `fr-CA`. English by default.',
      'spanish',
    ),
    caller_name: text(100, 'On whose behalf the agent calls.', 'Ada Lovelace'),
    max_duration_seconds: field(z.int().min(60).max(1800).default(600), {
      expected: 'an integer from 60 to 1800',
      description: 'The conversation is brought to its end after this many seconds, 600 by default.',
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
        description: 'Anything of yours that should come back with the call: at most 20 text values.',
        examples: [{ order_id: '4711' }],
        documented: { maxProperties: 20 },
      },
    ),
  })
  .meta({ examples: [EXAMPLE_CALL] })

export type CreateCallBody = z.output<typeof createCallBody>

/** The path of one call. */
export const callParams = z.object({
  call_id: field(z.string(), {
    expected: 'the id of a call',
    description: 'The id of the call.',
    examples: [EXAMPLE_ID],
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
    expected: `the id of a call like ${EXAMPLE_ID}`,
    description: 'Only calls older than this one: the last of the previous page, when that says `has_more`.',
    examples: [EXAMPLE_ID],
  }),
})

const facts = {
  call_id: z.string().meta({ description: 'The id of the call. Ids sort by time.', examples: [EXAMPLE_ID] }),
  status: z.enum(CALL_STATUSES).meta({
    description:
      '`queued` accepted, `dialing` ringing, `in_progress` talking, `completed` ended with its result, `canceled`, `failed` see `error_code`. It never goes back.',
    examples: ['queued'],
  }),
  to_phone_number: z.string().meta({ description: 'The number that is called.', examples: ['+14155551234'] }),
  objective: z
    .string()
    .meta({ description: 'What the call is to achieve.', examples: ['Book a table for 2 at 7pm at Nopa'] }),
  business_name: z.string().meta({ description: 'Who is called.', examples: ['Nopa'] }),
  website: z.string().meta({ description: 'The website of who is called.', examples: ['https://nopasf.com'] }),
  created_at: time('When the call was accepted: UTC, ISO 8601, to the second.'),
  scheduled_for: time(
    "Until when the call waits for calling hours at the callee's place, or has waited, where your account keeps them.",
  ),
}

/** The answer to POST /calls: optional fields that were not given are left out. */
export const acceptedCall = z.object({
  data: z
    .object({
      ...facts,
      business_name: facts.business_name.optional(),
      website: facts.website.optional(),
      scheduled_for: facts.scheduled_for.optional(),
    })
    .meta({ id: 'AcceptedCall', description: 'Optional fields that were not given are left out.' }),
  credits_remaining: z.int().meta({ description: 'After this call has taken its credit.', examples: [49] }),
})

const listedCall = z.object({
  ...facts,
  business_name: facts.business_name.nullable(),
  website: facts.website.nullable(),
  scheduled_for: facts.scheduled_for.nullable(),
  outcome: z
    .enum(OUTCOMES)
    .nullable()
    .meta({ description: 'What came of the objective. Set when the call is completed.', examples: ['achieved'] }),
  outcome_details: z
    .string()
    .nullable()
    .meta({
      description: 'What was agreed, or why nothing was.',
      examples: ['A table for 2 at 7pm under the name Ada Lovelace.'],
    }),
  summary: z
    .string()
    .nullable()
    .meta({
      description: 'The conversation in a few sentences.',
      examples: ['The agent booked a table for 2 at 7pm. Nopa confirmed it under the name Ada Lovelace.'],
    }),
  transcript: z
    .string()
    .nullable()
    .meta({
      description: 'What was said, a line a turn: `Agent: …`, `Callee: …`.',
      examples: [
        'Callee: Hello, how can I help you?\nAgent: Hello, I am an AI assistant calling on behalf of Ada Lovelace.',
      ],
    }),
  duration_seconds: z
    .int()
    .nullable()
    .meta({ description: 'From the answer to the end of the conversation.', examples: [42] }),
  recording_url: z
    .string()
    .nullable()
    .meta({
      description: 'Where the recording is, once there is one. None is made yet: `null`.',
      examples: [null],
    }),
  started_at: time('When the callee answered.').nullable(),
  ended_at: time('When the conversation ended; its analysis may still be made.').nullable(),
  error_code: z
    .enum(['busy', 'no_answer', 'call_failed', 'dial_unknown', 'analysis_failed'])
    .nullable()
    .meta({
      description:
        'What went wrong: `busy`, `no_answer`; `call_failed`, refused at the carrier or broken on our side; `dial_unknown`, the carrier may or may not have dialled; `analysis_failed`, the conversation took place and could not be judged.',
      examples: [null],
    }),
  error_message: z
    .string()
    .nullable()
    .meta({ description: "What went wrong, in words; the carrier's code is in it.", examples: [null] }),
  language: z
    .string()
    .nullable()
    .meta({ description: 'The language that was asked for.', examples: ['spanish'] }),
  caller_name: z
    .string()
    .nullable()
    .meta({ description: 'On whose behalf the agent calls.', examples: ['Ada Lovelace'] }),
  metadata: z
    .record(z.string(), z.string())
    .nullable()
    .meta({ description: 'What you gave with the call.', examples: [{ order_id: '4711' }] }),
  answered_by: z
    .enum(['human', 'machine'])
    .nullable()
    .meta({ description: 'Who or what answered.', examples: ['human'] }),
})

const turn = z
  .object({
    role: z.enum(['agent', 'callee']).meta({ description: 'Who spoke.', examples: ['agent'] }),
    text: z.string().meta({
      description: 'What was said, as far as it was heard.',
      examples: ['I would like a table for 2 at 7pm.'],
    }),
    at_ms: z.int().meta({
      description: 'When it began, since the callee answered, in the time of the audio.',
      examples: [1400],
    }),
    interrupted: z
      .boolean()
      .meta({ description: 'Whether the other one spoke into it, and it was broken off.', examples: [false] }),
  })
  .meta({ id: 'Turn' })

/** The answer to GET /calls/:call_id: every key is present, `null` until it is known. */
export const callDetails = z.object({
  data: listedCall
    .extend({
      turns: z
        .array(turn)
        .nullable()
        .meta({ description: 'What was said, so far while the call is in progress.' }),
    })
    .meta({ id: 'Call', description: 'Every key is present, `null` until it is known.' }),
})

/** The answer to GET /calls. */
export const callList = z.object({
  data: z
    .array(listedCall.meta({ id: 'ListedCall', description: 'A call without its `turns`.' }))
    .meta({ description: 'Newest first.' }),
  has_more: hasMore,
})
