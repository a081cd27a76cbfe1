// The do-not-call list on the wire.
import { z } from 'zod'

import { E164_PATTERN, isE164 } from '../calls/number.ts'
import { field } from '../http/fields.ts'
import { hasMore, pageLimit, time } from '../http/page.ts'
import { sortableIds } from '../ids.ts'

const EXAMPLE_ID = 'dnc_01kad0zv6xk3y8t4m5n6p7q8r9'

const phoneNumber = (description: string) =>
  field(z.string().trim().refine(isE164), {
    expected: 'E.164 phone number like +14155551234',
    description,
    examples: ['+14155551234'],
    documented: { pattern: E164_PATTERN },
  })

/** The body of POST /do_not_call. */
export const addEntryBody = z.object({
  to_phone_number: phoneNumber('The number that is not to be called any more: E.164.'),
  reason: field(z.string().trim().max(200).optional(), {
    expected: 'text of at most 200 characters',
    description: 'Why, in your own words.',
    examples: ['Asked by e-mail'],
  }),
})

/** The path of one number. */
export const entryParams = z.object({
  to_phone_number: phoneNumber('The number, E.164. Its plus may stand in the path as it is, or as `%2B`.'),
})

/** The query of GET /do_not_call. */
export const listEntriesQuery = z.object({
  limit: pageLimit('numbers'),
  starting_after: field(z.string().trim().regex(sortableIds('dnc')).optional(), {
    expected: `the id of an entry like ${EXAMPLE_ID}`,
    description: 'Only entries older than this one: the last of the previous page, when that says `has_more`.',
    examples: [EXAMPLE_ID],
  }),
})

const listedNumber = z.string().meta({ description: 'The number, E.164.', examples: ['+14155551234'] })

const entry = z
  .object({
    id: z.string().meta({ description: 'The id of the entry. Ids sort by time.', examples: [EXAMPLE_ID] }),
    to_phone_number: listedNumber,
    reason: z
      .string()
      .nullable()
      .meta({ description: 'Why, as it was given.', examples: ['Asked by e-mail'] }),
    call_id: z
      .string()
      .nullable()
      .meta({
        description: 'The call on which the callee asked for it.',
        examples: ['cl_01kad0zv6xk3y8t4m5n6p7q8r9'],
      }),
    created_at: time('When it was put on the list.'),
  })
  .meta({ id: 'DoNotCallEntry' })

/** The answer to POST /do_not_call. */
export const addedEntry = z.object({ data: entry })

/** The answer to DELETE /do_not_call/:to_phone_number. */
export const removedEntry = z.object({
  data: z.object({
    to_phone_number: listedNumber,
    deleted: z.literal(true).meta({ description: 'It is not on the list any more.', examples: [true] }),
  }),
})

/** The answer to GET /do_not_call. */
export const entryList = z.object({
  data: z.array(entry).meta({ description: 'Newest first.' }),
  has_more: hasMore,
})
