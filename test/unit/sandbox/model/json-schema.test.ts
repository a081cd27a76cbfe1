import { describe, expect, test } from 'vitest'
import { assertStrictSchema, fillSchema } from '../../../../src/sandbox/model/json-schema.ts'

const strict = (properties: Record<string, unknown>) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
})

describe('a strict schema', () => {
  test('requires every property', () => {
    const schema = { ...strict({ a: { type: 'string' }, b: { type: 'string' } }), required: ['a'] }
    expect(() => assertStrictSchema(schema, 'x')).toThrow(/In context=\(\), 'required'.*Missing 'b'/)
  })

  test('forbids additional properties at every depth', () => {
    const inner = { type: 'object', properties: {}, required: [] }
    expect(() => assertStrictSchema(strict({ deep: { type: 'array', items: inner } }), 'x')).toThrow(
      /In context=\('properties', 'deep', 'items'\), 'additionalProperties'/,
    )
    expect(() => assertStrictSchema(strict({ deep: { anyOf: [{ type: 'null' }, inner] } }), 'x')).toThrow(
      /'anyOf', '1'/,
    )
  })

  test('is an object at the root and uses permitted keywords only', () => {
    expect(() => assertStrictSchema({ type: 'array', items: {} }, 'x')).toThrow(/type: "object"/)
    expect(() => assertStrictSchema(strict({ a: { type: 'string', default: '' } }), 'x')).toThrow(/'default'/)
    expect(() => assertStrictSchema(strict({ a: { type: ['string', 'null'] } }), 'x')).not.toThrow()
  })
})

describe('a value for a schema', () => {
  const findings = { outcome: 'partial', details: 'Why.', summary: 'What.' } as const

  test('follows the names and types of the properties', () => {
    const schema = strict({
      outcome: { type: 'string', enum: ['achieved', 'partial', 'not_achieved'] },
      outcome_details: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      summary: { $ref: '#/$defs/text' },
      succeeded: { type: 'boolean' },
      callback_number: { type: ['string', 'null'] },
      quotes: { type: 'array', items: { type: 'string' } },
      score: { type: 'integer', minimum: 1 },
    })
    expect(fillSchema({ ...schema, $defs: { text: { type: 'string', maxLength: 3 } } }, findings)).toEqual({
      outcome: 'partial',
      outcome_details: 'Why.',
      summary: 'Wha',
      succeeded: false,
      callback_number: null,
      quotes: [],
      score: 1,
    })
  })

  test.each([
    ['achieved', 'done'],
    ['partial', 'partly_done'],
    ['not_achieved', 'impossible'],
  ] as const)('an outcome %s chooses the fitting word of an enumeration', (outcome, word) => {
    const schema = { type: 'string', enum: ['impossible', 'partly_done', 'done'] }
    expect(fillSchema(schema, { ...findings, outcome })).toBe(word)
  })
})
