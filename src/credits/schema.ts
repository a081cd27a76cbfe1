// The objective API's credits on the wire. Descriptions and examples are the documentation's own.
import { z } from 'zod'

import { field } from '../http/fields.ts'

const DEFAULT_PAGE = 50
const MAX_PAGE = 200

/** The query of GET /credits. */
export const creditsQuery = z.object({
  limit: field(
    z
      .string()
      .trim()
      .regex(/^\d{1,15}$/)
      .transform(digits => Math.min(Number(digits), MAX_PAGE))
      .pipe(z.int().min(1))
      .default(DEFAULT_PAGE),
    {
      expected: 'a whole number from 1 to 200',
      description: 'How many entries to return: 1 to 200, larger is taken as 200, 50 by default.',
      examples: ['50'],
    },
  ),
  starting_after: field(z.string().trim().max(300).optional(), {
    expected: 'the id of an entry of this list, like grant_welcome',
    description: 'Only entries older than this one: the last of the previous page, when that says `has_more`.',
    examples: ['grant_welcome'],
  }),
})

const entry = z.object({
  id: z
    .string()
    .meta({ description: 'The id of the entry.', examples: ['capture_cl_01kad0zv6xk3y8t4m5n6p7q8r9'] }),
  kind: z.enum(['grant', 'capture']).meta({
    description: 'Credits that were given or bought, or one that a call has used up.',
    examples: ['capture'],
  }),
  credits: z.int().meta({ description: 'Positive for a grant, negative for a capture.', examples: [-1] }),
  cause: z.string().meta({
    description: 'The call (`cl_…`), the payment (`cs_…`), or `welcome`.',
    examples: ['cl_01kad0zv6xk3y8t4m5n6p7q8r9'],
  }),
  created_at: z
    .string()
    .meta({ description: 'UTC, ISO 8601, to the second.', examples: ['2026-02-20T12:00:05Z'] }),
})

/** The answer to GET /credits. */
export const creditsAnswer = z.object({
  data: z.object({
    balance: z.int().meta({ description: 'Credits that new calls can take.', examples: [4] }),
    held: z.int().meta({
      description: 'Credits that open calls hold: used up, or given back, when the call ends.',
      examples: [1],
    }),
    entries: z
      .array(entry)
      .meta({ description: 'What changed the number of credits for good, newest first, within a minute.' }),
  }),
  has_more: z
    .boolean()
    .meta({ description: 'Whether older entries follow the last of these.', examples: [false] }),
})
