// What all lists have in common on the wire.
import { z } from 'zod'

import { field } from './fields.ts'

const DEFAULT_PAGE = 50
const MAX_PAGE = 200

/** How many of a list's items a page has: larger is taken as the largest. */
export const pageLimit = (items: string) =>
  field(
    z
      .string()
      .trim()
      .refine(digits => /^\d{1,15}$/.test(digits))
      .transform(digits => Math.min(Number(digits), MAX_PAGE))
      .pipe(z.int().min(1))
      .default(DEFAULT_PAGE),
    {
      expected: `a whole number from 1 to ${MAX_PAGE}`,
      description: `How many ${items} to return: 1 to ${MAX_PAGE}, larger is taken as ${MAX_PAGE}, ${DEFAULT_PAGE} by default.`,
      examples: [String(DEFAULT_PAGE)],
      documented: { type: 'integer', minimum: 1, default: DEFAULT_PAGE, examples: [DEFAULT_PAGE] },
    },
  )

/** A moment on the wire: UTC, ISO 8601, to the second. */
export const time = (description: string) =>
  z.string().meta({ description, format: 'date-time', examples: ['2026-02-20T12:00:05Z'] })

/** A list's word on whether its next page has anything. */
export const hasMore = z
  .boolean()
  .meta({ description: 'Whether older ones follow the last of these.', examples: [false] })
