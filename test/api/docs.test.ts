// What the API tells of itself: its document, its text for agents, and the files of its reference.
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'

import { ERRORS } from '../../src/http/error-codes.ts'
import { TEST_NUMBERS } from '../../src/test-numbers/table.ts'
import { useApi } from './api.ts'
import type { ApiDocument, SchemaObject } from './documented.ts'

const api = useApi(() => ({ hangUp: async () => undefined }))
const get = async (path: string, headers: Record<string, string> = {}) =>
  await api().send('GET', path, { key: null, headers })

/** Fields that are not described, or have no example where nothing within them can. */
const bareFields = (schema: SchemaObject, path: string): string[] => [
  ...Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const at = `${path}.${name}`
    const isMadeOfFields = field.$ref !== undefined || field.properties !== undefined || field.items !== undefined
    return [
      ...(field.description || field.$ref || field.properties ? [] : [`${at} is not described`]),
      ...(field.examples?.length || isMadeOfFields ? [] : [`${at} has no example`]),
      ...bareFields(field, at),
    ]
  }),
  ...(schema.items ? bareFields(schema.items, `${path}[]`) : []),
]

test('a validator of OpenAPI 3.1 accepts the document, which anybody may read', async () => {
  const { status, body, headers } = await get('/openapi.json')
  expect(status).toBe(200)
  expect(headers.get('access-control-allow-origin')).toBe('*')
  expect(await new Validator().validate(body)).toEqual({ valid: true })
  expect(body.openapi).toMatch(/^3\.1/)
})

test('every operation, parameter, field and header is described, with an example', async () => {
  const { paths, components } = (await get('/openapi.json')).body as ApiDocument
  const bare = Object.entries(components.schemas).flatMap(([name, schema]) => bareFields(schema, name))
  const operations = Object.values(paths).flatMap(item => Object.values(item))
  expect(operations).toHaveLength(9)
  for (const { operationId: at, parameters, requestBody, responses, ...texts } of operations) {
    expect(texts, at).toEqual(
      expect.objectContaining({ summary: expect.any(String), description: expect.any(String) }),
    )
    for (const { name, description, schema } of parameters ?? [])
      if (!description || !schema.examples?.length) bare.push(`${at} ${name}`)
    bare.push(...bareFields(requestBody?.content['application/json'].schema ?? {}, at))
    for (const [status, { content }] of Object.entries(responses))
      bare.push(...bareFields(content['application/json'].schema, `${at} ${status}`))
  }
  for (const [name, { description, example }] of Object.entries(components.headers))
    if (!description || example === undefined) bare.push(name)
  expect(bare).toEqual([])
})

test('every error is documented with its meaning', async () => {
  const { body } = await get('/openapi.json')
  const { responses } = body.paths['/api/v1/calls'].post
  expect(Object.keys(responses)).toEqual('202 400 401 402 409 422 429 500 503'.split(' '))
  expect(responses['422'].description).toContain('`emergency_number`: 911, 112')
  expect(responses['429'].headers).toHaveProperty('Retry-After')
  expect(responses['202'].headers).toHaveProperty('Idempotent-Replayed')
  for (const code of Object.keys(ERRORS)) expect(body.info.description).toContain(`\`${code}\``)
  for (const { number } of TEST_NUMBERS) expect(body.info.description).toContain(number)
})

test('the text for agents has a call that can be placed with nothing else, and says how to read it', async () => {
  const { status, text, headers } = await get('/llms.txt')
  expect(status).toBe(200)
  expect(headers.get('content-type')).toBe('text/plain; charset=utf-8')
  const [, url, body] = /curl (\S+) \\\n[^']*-d '([^']+)'/.exec(text) ?? []
  const { key } = await api().newAccount()
  const answer = await fetch(url!, { method: 'POST', headers: { 'x-api-key': key }, body: body! })
  expect(answer.status).toBe(202)
  const { data } = (await answer.json()) as { data: { call_id: string } }
  const read = /curl (\S+)\/cl_/.exec(text)?.[1]
  expect((await fetch(`${read}/${data.call_id}`, { headers: { 'x-api-key': key } })).status).toBe(200)
  expect(text).toContain('- `objective` (string, at most 4000 characters, required): What the call is to achieve')
  expect(text).toMatch(/`GET \/api\/v1\/calls`: .* Query: `limit`, `status`, `starting_after`\.\n/)
  expect(text).toMatch(/`POST \/api\/v1\/do_not_call`: .* Body: `to_phone_number`/)
  expect(text).toContain('ten calls a minute')
  for (const code of Object.keys(ERRORS)) expect(text).toContain(`\`${code}\``)
})

test('the page and its files come from here alone', async () => {
  const page = await get('/docs')
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/)
  expect(page.headers.get('content-security-policy')).not.toContain('://')
  expect(page.text).not.toContain('://')
  // Its addresses are relative, so there is one address of the page.
  expect((await fetch(`${api().url}/docs/`)).url).toBe(`${api().url}/docs`)
  const files = [...page.text.matchAll(/<script src="([^"]+)"/g)].map(([, file]) => `/${file}`)
  expect(files).toHaveLength(2)
  for (const file of files) {
    const { status, headers } = await get(file)
    expect(status).toBe(200)
    expect(headers.get('content-type')).toMatch(/javascript/)
  }
})

test('the large file is sent compressed, and not again to whoever has it', async () => {
  const response = await fetch(`${api().url}/docs/scalar.js`, { headers: { 'accept-encoding': 'identity' } })
  expect(response.headers.get('content-encoding')).toBe(null)
  const plain = await response.text()
  expect(plain.length).toBeGreaterThan(1_000_000)
  const etag = response.headers.get('etag')!
  const gzipped = await fetch(`${api().url}/docs/scalar.js`, { headers: { 'accept-encoding': 'gzip' } })
  expect(gzipped.headers.get('content-encoding')).toBe('gzip')
  expect(Number(gzipped.headers.get('content-length'))).toBeLessThan(plain.length / 3)
  expect(await gzipped.text()).toBe(plain)
  expect((await get('/docs/scalar.js', { 'if-none-match': etag, 'cache-control': 'max-age=0' })).status).toBe(304)
})
