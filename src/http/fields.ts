// How the fields of a request are checked: one text per field says what was expected of it, whatever was wrong.
import { z } from 'zod'

import { AppError } from '../errors.ts'
import type { ErrorCode } from '../errors.ts'

const expectations = z.registry<{ expected: string }>()

interface FieldDocumentation<T> {
  /** Completes the sentence "Expected …" of its errors. */
  expected: string
  description: string
  examples: T[]
  /** What of its JSON schema cannot be seen in a schema that refines and transforms. */
  documented?: Record<string, unknown>
}

/** A field of a request, with what its errors say and how it is documented. */
export const field = <T extends z.ZodType>(
  schema: T,
  { expected, description, examples, documented: seen = {} }: FieldDocumentation<z.input<T>>,
): T => {
  const documented = schema.meta({ description, override: { examples, ...seen } })
  expectations.add(documented, { expected })
  return documented
}

/** The fields that were given: `null` and blank text count as absent. */
const given = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) => value !== null && value !== undefined && !(typeof value === 'string' && value.trim() === ''),
    ),
  )

type Codes = Partial<Record<string, ErrorCode>>

/**
 * Checks `fields` against a schema of `field`s. A required one that is absent is `missing_field`; then the first that
 * is wrong is `validation_error`, or what `codes` says of it. Unknown fields are ignored.
 */
export const parseFields = <T extends z.ZodObject>(
  schema: T,
  fields: Record<string, unknown>,
  codes?: Codes,
): z.output<T> => parsePresent(schema, given(fields), codes)

/** Checks the parts of a path in the same way, but none of them is absent: a blank one is wrong. */
export const parsePresent = <T extends z.ZodObject>(
  schema: T,
  present: Record<string, unknown>,
  codes: Codes = {},
): z.output<T> => {
  const result = schema.safeParse(present)
  if (result.success) return result.data
  const wrong = result.error.issues.map(issue => String(issue.path[0]))
  const missing = wrong.find(name => !Object.hasOwn(present, name))
  if (missing !== undefined)
    throw new AppError(
      'missing_field',
      `Missing required field '${missing}'. Expected ${expected(schema, missing)}`,
    )
  const name = wrong.find(name => codes[name] === undefined) ?? wrong[0] ?? ''
  throw new AppError(
    codes[name] ?? 'validation_error',
    `Invalid value of field '${name}'. Expected ${expected(schema, name)}`,
  )
}

const expected = (schema: z.ZodObject, name: string): string => {
  const ofField = schema.shape[name]
  return (ofField && expectations.get(ofField as z.ZodType)?.expected) ?? 'another value'
}
