// Requests made from the API's document: such as it allows, such as are a little wrong, and such as nobody sends in earnest.
import fc from 'fast-check'

import type { ApiDocument, OperationObject, SchemaObject } from './documented.ts'

export interface FuzzRequest {
  method: string
  /** As it is sent, with its query. `{known}` stands for an id that there is. */
  path: string
  headers: Record<string, string | string[]>
  /** What the key header has: a kind of key, or any text. */
  key: 'rich' | 'poor' | 'live' | 'none' | { text: string }
  body: string | Uint8Array | null
  /** Whether it is as the document says. */
  isValid: boolean
}

const HOSTILE_TEXTS = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\u202e\u200b\ufeff',
  '𝒳'.repeat(300),
  '__proto__',
  'constructor',
  '$where',
  'a.b',
  '{"$gt":""}',
  '../../etc/passwd',
  "'; DROP TABLE calls; --",
  '<script>alert(1)</script>',
  '%00%ff',
  '+1'.repeat(200),
  '９１１',
  'x'.repeat(5_000),
  'http://127.0.0.1:1/',
  'javascript:alert(1)',
  '1e400',
  '-1',
  'NaN',
  '\r\nx-injected: 1',
]

const hostileText = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
)

const nested = (depth: number, open: string, close: string): string => open.repeat(depth) + close.repeat(depth)

/** JSON of any shape, as text: what no JavaScript value would be written as is in it too. */
const hostileJson = fc.oneof(
  fc.json(),
  hostileText.map(text => JSON.stringify(text)),
  fc.constantFrom(
    '1e400',
    '-0',
    '123456789012345678901234567890',
    '0.1e-400',
    'null',
    'true',
    nested(50, '[', ']'),
    nested(20_000, '[', ']'),
    `${'{"a":'.repeat(9_000)}1${'}'.repeat(9_000)}`,
    '{"__proto__":{"x":1}}',
    '{"$gt":1}',
    '{"length":1e9}',
  ),
)

/** What a schema allows, as JSON text. */
const valid = (schema: SchemaObject): fc.Arbitrary<string> => {
  const { enum: choices, pattern, examples = [], minimum, maximum, properties } = schema
  if (properties) return validObject(schema)
  const written = fc.constantFrom(...examples.map(example => JSON.stringify(example)))
  if (choices) return fc.constantFrom(...choices.map(choice => JSON.stringify(choice)))
  if (schema.type === 'integer')
    return fc.oneof(written, fc.integer({ min: minimum ?? 0, max: maximum ?? 1_000 }).map(String))
  if (schema.type === 'boolean') return fc.constantFrom('true', 'false')
  if (pattern === undefined) return written
  return fc.oneof(
    written,
    fc
      .stringMatching(new RegExp(pattern), { maxLength: schema.maxLength ?? 30 })
      .map(text => JSON.stringify(text)),
  )
}

const validObject = ({ properties = {}, required = [] }: SchemaObject): fc.Arbitrary<string> =>
  fc
    .record(Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, valid(field)])), {
      requiredKeys: required,
    })
    .map(writeObject)

/** Fields that are right, wrong or not there, and others. */
const brokenObject = ({ properties = {} }: SchemaObject): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.record(
        Object.fromEntries(
          Object.entries(properties).map(([name, field]) => [
            name,
            fc.oneof({ weight: 3, arbitrary: valid(field) }, { weight: 1, arbitrary: hostileJson }),
          ]),
        ),
        { requiredKeys: [] },
      ),
      fc.dictionary(hostileText, hostileJson, { maxKeys: 2 }),
    )
    .map(([fields, others]) => writeObject({ ...others, ...fields }))

const writeObject = (fields: Record<string, string | undefined>): string =>
  `{${Object.entries(fields)
    .flatMap(([name, json]) => (json === undefined ? [] : `${JSON.stringify(name)}:${json}`))
    .join(',')}}`

const hostileBody = fc.oneof(
  hostileJson,
  fc.uint8Array({ maxLength: 200 }),
  fc.constantFrom('', '{', `"${'x'.repeat(66_000)}"`, new Uint8Array([0x7b, 0x22, 0xc3])),
)

const textOf = (json: string): string => String(JSON.parse(json))

/** A parameter's value in a URL: encoded, or as it is. */
const hostilePart = fc.oneof(
  hostileText.map(text => encodeURIComponent(text.toWellFormed())),
  fc.constantFrom('%', '%ff', '%00', '%2e%2e', '..', '*', '$', ':call_id', '{known}', '%2B14155551234', '~'),
)

const HEADERS: [name: string, values: fc.Arbitrary<string | string[]>][] = [
  // What Node's client sends as a header at all.
  [
    'idempotency-key',
    fc.oneof(fc.stringMatching(/^[\x20-\x7e\xa0-\xff]{0,300}$/), fc.constant<string[]>(['a', 'b'])),
  ],
  [
    'content-type',
    fc.constantFrom('text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=utf-16', '\xff'),
  ],
  ['content-encoding', fc.constantFrom('gzip', 'br', 'deflate', 'identity', 'x-none', 'gzip, gzip')],
  ['accept', fc.constantFrom('text/html', '*/*;q=0', '')],
  ['accept-encoding', fc.constantFrom('*;q=0', 'gzip', '\xff')],
  ['x-forwarded-for', fc.constantFrom('127.0.0.1', '::ffff:0:0, x', '\xff')],
  ['x-request-id', fc.constantFrom('mine', 'x'.repeat(4_000))],
  ['if-none-match', fc.constantFrom('*', '"x"')],
  ['authorization', fc.constantFrom('Bearer', 'Bearer x', 'Basic eDp5', 'bearer  \xff')],
]

const hostileHeaders: fc.Arbitrary<FuzzRequest['headers']> = fc
  .subarray(HEADERS)
  .chain(some => fc.record(Object.fromEntries(some)))

const KEYS: fc.Arbitrary<FuzzRequest['key']> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('rich', 'rich', 'rich', 'rich', 'poor', 'live') },
  {
    weight: 1,
    arbitrary: fc.oneof(
      fc.constant('none' as const),
      fc.stringMatching(/^(ak_(test|live)_)?[\x21-\x7e\xa1-\xff]{0,60}$/).map(text => ({ text })),
    ),
  },
)

interface Place {
  method: string
  path: string
  operation: OperationObject
}

const placesOf = ({ paths }: ApiDocument): Place[] =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )

const parametersOf = (operation: OperationObject, where: string) =>
  (operation.parameters ?? []).filter(parameter => parameter.in === where)

const pathOf = ({ path, operation }: Place, isValid: boolean): fc.Arbitrary<string> =>
  fc
    .tuple(
      ...parametersOf(operation, 'path').map(({ name, schema }) => {
        const right = fc.oneof(fc.constant('{known}'), valid(schema).map(textOf))
        return fc.tuple(fc.constant(name), isValid ? right : fc.oneof(right, hostilePart))
      }),
    )
    .map(values => values.reduce((filled, [name, value]) => filled.replace(`{${name}}`, () => value), path))

const queryOf = ({ operation }: Place, isValid: boolean): fc.Arbitrary<string> =>
  fc
    .tuple(
      ...parametersOf(operation, 'query').map(({ name, schema }) => {
        const right = valid(schema).map(json => encodeURIComponent(textOf(json)))
        const value = isValid
          ? right
          : fc.oneof({ weight: 3, arbitrary: right }, { weight: 1, arbitrary: hostilePart })
        return fc.option(
          value.map(text => `${name}=${text}`),
          { nil: '' },
        )
      }),
      isValid
        ? fc.constant('')
        : fc.oneof(
            fc.constant(''),
            fc.tuple(hostilePart, hostilePart).map(pair => pair.join('=')),
          ),
    )
    .map(pairs => pairs.filter(pair => pair !== ''))
    .map(pairs => (pairs.length === 0 ? '' : `?${pairs.join('&')}`))

const headersOf = ({ operation }: Place): fc.Arbitrary<FuzzRequest['headers']> =>
  fc
    .tuple(
      ...parametersOf(operation, 'header').map(({ name, schema }) =>
        fc.option(
          valid(schema).map(json => [name, textOf(json)] as const),
          { nil: null },
        ),
      ),
    )
    .map(given => ({
      'content-type': 'application/json',
      ...Object.fromEntries(given.flatMap(one => (one ? [one] : []))),
    }))

const bodyOf = ({ operation }: Place, isValid: boolean): fc.Arbitrary<FuzzRequest['body']> => {
  const schema = operation.requestBody?.content['application/json'].schema
  if (isValid) return schema ? validObject(schema) : fc.constant(null)
  const hostile = fc.option(hostileBody, { nil: null })
  return schema
    ? fc.oneof({ weight: 4, arbitrary: brokenObject(schema) }, { weight: 1, arbitrary: hostile })
    : hostile
}

const requestTo = (place: Place, isValid: boolean): fc.Arbitrary<FuzzRequest> =>
  fc.record({
    method: fc.constant(place.method),
    path: fc.tuple(pathOf(place, isValid), queryOf(place, isValid)).map(parts => parts.join('')),
    headers: isValid
      ? headersOf(place)
      : fc
          .tuple(headersOf(place), fc.oneof(fc.constant({}), hostileHeaders))
          .map(([own, other]) => ({ ...own, ...other })),
    key: isValid ? fc.constantFrom('rich', 'poor', 'live') : KEYS,
    body: bodyOf(place, isValid),
    isValid: fc.constant(isValid),
  })

/** What is no operation: other methods of a path, and other paths. */
const stray = (places: Place[]): fc.Arbitrary<FuzzRequest> =>
  fc.record({
    method: fc.constantFrom(
      'GET',
      'POST',
      'PUT',
      'PATCH',
      'DELETE',
      'HEAD',
      'OPTIONS',
      'TRACE',
      'PROPFIND',
      'QUERY',
    ),
    path: fc.oneof(
      fc.constantFrom(...places).chain(place => pathOf(place, false)),
      fc
        .tuple(fc.constantFrom('/api/v1/', '/api/v1/calls/', '/api/v1/calls//', '/api/v1'), hostilePart)
        .map(parts => parts.join('')),
    ),
    headers: hostileHeaders,
    key: KEYS,
    body: fc.option(hostileBody, { nil: null }),
    isValid: fc.constant(false),
  })

/** Requests of all kinds to the API of a document. */
export const requestsTo = (document: ApiDocument): fc.Arbitrary<FuzzRequest> => {
  const places = placesOf(document)
  // There is more to say wrongly where there is a body.
  const place = fc.constantFrom(...places.flatMap(one => (one.operation.requestBody ? [one, one, one, one] : one)))
  return fc.oneof(
    { weight: 3, arbitrary: place.chain(one => requestTo(one, true)) },
    { weight: 5, arbitrary: place.chain(one => requestTo(one, false)) },
    { weight: 1, arbitrary: stray(places) },
  )
}
