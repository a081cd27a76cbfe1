// The do-not-call list on the wire.
import { z } from 'zod'

import { isE164 } from '../calls/number.ts'
import { field } from '../http/fields.ts'
import { pageLimit, time } from '../http/page.ts'
import { sortableIds } from '../ids.ts'

const EXAMPLE_ID = 'dnc_01kad0zv6xk3y8t4m5n6p7q8r9'

const phoneNumber = (description: string) =>
  field(z.string().trim().refine(isE164), {
    expected: 'E.164 phone number like +14155551234',
    description,
    examples: ['+14155551234'],
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

const entry = z.object({
  id: z.string().meta({ description: 'The id of the entry. Ids sort by time.', examples: [EXAMPLE_ID] }),
  to_phone_number: z.string(),
  reason: z.string().nullable(),
  call_id: z.string().nullable().meta({ description: 'The call on which the callee asked for it.' }),
  created_at: time,
})

/** The answer to POST /do_not_call. */
export const addedEntry = z.object({ data: entry })

/** The answer to DELETE /do_not_call/:to_phone_number. */
export const removedEntry = z.object({
  data: z.object({ to_phone_number: z.string(), deleted: z.literal(true) }),
})

/** The answer to GET /do_not_call. */
export const entryList = z.object({
  data: z.array(entry),
  has_more: z.boolean().meta({ description: 'Whether older entries follow the last of these.' }),
})
