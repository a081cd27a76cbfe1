// The objective API's credits on the wire. Descriptions and examples are the documentation's own.
import { z } from 'zod'

import { field } from '../http/fields.ts'
import { hasMore, pageLimit, time } from '../http/page.ts'

/** The query of GET /credits. */
export const creditsQuery = z.object({
  limit: pageLimit('entries'),
  starting_after: field(z.string().trim().max(300).optional(), {
    expected: 'the id of an entry of this list, like grant_welcome',
    description: 'Only entries older than this one: the last of the previous page, when that says `has_more`.',
    examples: ['grant_welcome'],
  }),
})

const entry = z
  .object({
    id: z
      .string()
      .meta({ description: 'The id of the entry.', examples: ['capture_cl_01kad0zv6xk3y8t4m5n6p7q8r9'] }),
    kind: z.enum(['grant', 'capture']).meta({
      description: 'Credits that were given or bought, or one that a call has used up.',
      examples: ['capture'],
    }),
    credits: z.int().meta({ description: 'Positive for a grant, negative for a capture.', examples: [-1] }),
    cause: z.string().meta({
      description: 'The call (`cl_…`), the payment (`cs_…`), `welcome`, or what an operator gave (`op_…`).',
      examples: ['cl_01kad0zv6xk3y8t4m5n6p7q8r9'],
    }),
    created_at: time('When it came about.'),
  })
  .meta({ id: 'LedgerEntry' })

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
  has_more: hasMore,
})
