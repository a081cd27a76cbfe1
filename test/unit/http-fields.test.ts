import { expect, test } from 'vitest'
import { z } from 'zod'

import { AppError } from '../../src/errors.ts'
import { field, parseFields } from '../../src/http/fields.ts'

const schema = z.object({
  name: field(z.string().min(2), {
    expected: 'a name of 2 or more characters',
    description: 'The name.',
    examples: ['Ada'],
  }),
  age: field(z.int().optional(), { expected: 'an integer', description: 'The age.', examples: [36] }),
  port: field(z.int(), { expected: 'a port', description: 'The port.', examples: [80] }),
})

const refusalOf = (fields: Record<string, unknown>, codes = {}): [string, string] => {
  try {
    parseFields(schema, fields, codes)
  } catch (error) {
    if (error instanceof AppError) return [error.code, error.message]
  }
  throw new Error('it was not refused')
}

test('unknown, null and blank fields are as if they were not there', () => {
  expect(parseFields(schema, { name: 'Ada', port: 1, age: null, other: 1 })).toEqual({ name: 'Ada', port: 1 })
  expect(parseFields(schema, { name: 'Ada', port: 1, age: '  ' })).toEqual({ name: 'Ada', port: 1 })
})

test('a missing field comes before a wrong one', () => {
  expect(refusalOf({ name: 'x', age: 'x' })).toEqual([
    'missing_field',
    "Missing required field 'port'. Expected a port",
  ])
})

test('a wrong field says what was expected, and its own code comes after the general one', () => {
  const wrongName = "Invalid value of field 'name'. Expected a name of 2 or more characters"
  expect(refusalOf({ name: 'x', port: 1 })).toEqual(['validation_error', wrongName])
  expect(refusalOf({ name: 'x', port: 1 }, { name: 'invalid_phone' })).toEqual(['invalid_phone', wrongName])
  expect(refusalOf({ name: 'x', port: 'x' }, { name: 'invalid_phone' })[1]).toContain("'port'")
})
