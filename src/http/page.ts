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
      .regex(/^\d{1,15}$/)
      .transform(digits => Math.min(Number(digits), MAX_PAGE))
      .pipe(z.int().min(1))
      .default(DEFAULT_PAGE),
    {
      expected: `a whole number from 1 to ${MAX_PAGE}`,
      description: `How many ${items} to return: 1 to ${MAX_PAGE}, larger is taken as ${MAX_PAGE}, ${DEFAULT_PAGE} by default.`,
      examples: ['50'],
    },
  )

/** A moment on the wire. */
export const time = z
  .string()
  .meta({ description: 'UTC, ISO 8601, to the second.', examples: ['2026-02-20T12:00:05Z'] })
