import { expect, test } from 'vitest'

import { CALL, useApi } from './api.ts'

const api = useApi()

const post = async (body: unknown, key?: string) => {
  key ??= (await api().newAccount()).key
  return await api().send('POST', '/api/v1/calls', { key, body })
}

test.each([
  ['an empty body', ''],
  ['half an object', '{"to_phone_number":'],
  ['a form', 'to_phone_number=%2B14155551234'],
])('%s is invalid_json', async (_, text) => {
  const { status, body } = await post(text)
  expect(status).toBe(400)
  expect(body).toEqual({ code: 'invalid_json', error: expect.stringContaining('Expected a JSON object') })
})

test.each([
  ['null', 'null'],
  ['a list', '[]'],
  ['text', '"call Nopa"'],
  ['a number', '7'],
  ['more than 64 KiB', JSON.stringify({ ...CALL, padding: 'x'.repeat(64 * 1024) })],
  ['nested deeper than anybody can read', `{"metadata":${'['.repeat(20_000)}${']'.repeat(20_000)}}`],
])('%s is invalid_body', async (_, text) => {
  const { status, body } = await post(text)
  expect(status).toBe(400)
  expect(body).toEqual({ code: 'invalid_body', error: expect.stringContaining('Expected') })
})

test.each(['gzip', 'br', 'deflate', 'zip'])(
  'a body that is not %s, as its encoding says, is invalid_body',
  async encoding => {
    const { key } = await api().newAccount()
    const headers = { 'content-encoding': encoding }
    const { status, body } = await api().send('POST', '/api/v1/calls', { key, headers, body: CALL })
    expect(status).toBe(400)
    expect(body).toEqual({ code: 'invalid_body', error: expect.stringContaining('Expected JSON') })
  },
)

test('a call that is nested too deeply has no Idempotency-Key that makes it break', async () => {
  const { key } = await api().newAccount()
  const deep = `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`
  const answer = await api().send('POST', '/api/v1/calls', {
    key,
    headers: { 'idempotency-key': 'k' },
    body: deep,
  })
  expect(answer.body.code).toBe('invalid_body')
})

const PHONE = "Missing required field 'to_phone_number'. Expected E.164 phone number like +14155551234"
const OBJECTIVE =
  "Missing required field 'objective'. Expected text of 1 to 4000 characters that says what the call is to achieve"

test.each([
  ['no field', {}, PHONE],
  ['no number', { objective: 'x' }, PHONE],
  ['a null number', { ...CALL, to_phone_number: null }, PHONE],
  ['a blank number', { ...CALL, to_phone_number: ' ' }, PHONE],
  ['no objective', { to_phone_number: '+14155551234' }, OBJECTIVE],
  ['a blank objective', { ...CALL, objective: ' \n ' }, OBJECTIVE],
  ['no objective, and another field is wrong', { to_phone_number: 'x', record: 'maybe' }, OBJECTIVE],
])('%s is missing_field', async (_, body, text) => {
  const answer = await post(body)
  expect(answer.status).toBe(400)
  expect(answer.body).toEqual({ code: 'missing_field', error: text })
})

test.each([
  ['objective', 'x'.repeat(4001)],
  ['objective', 42],
  ['business_name', 'x'.repeat(201)],
  ['business_name', ['Nopa']],
  ['website', 'ftp://nopasf.com'],
  ['website', 'javascript:alert(1)'],
  ['website', 'mailto:reservations@nopasf.com'],
  ['website', 'https://user:secret@nopasf.com'],
  ['website', 'user@nopasf.com'],
  ['website', 'not a site'],
  ['website', 'nopa'],
  ['website', `https://nopasf.com/${'x'.repeat(2048)}`],
  ['website', 7],
  ['language', 'x'.repeat(51)],
  ['caller_name', 'x'.repeat(101)],
  ['max_duration_seconds', 59],
  ['max_duration_seconds', 1801],
  ['max_duration_seconds', 60.5],
  ['max_duration_seconds', '600'],
  ['record', 'yes'],
  ['metadata', 'text'],
  ['metadata', { nested: {} }],
  ['metadata', { number: 1 }],
  ['metadata', Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`k${i}`, 'v']))],
])('an invalid %s is a validation_error that names it (%#)', async (name, value) => {
  const { status, body } = await post({ ...CALL, [name]: value })
  expect(status).toBe(422)
  expect(body).toEqual({
    code: 'validation_error',
    error: expect.stringMatching(`^Invalid value of field '${name}'. Expected .+`),
  })
})

test.each([
  ['4155551234', 'invalid_phone'],
  [14155551234, 'invalid_phone'],
  ['+11234567890', 'invalid_phone'],
  ['+18765551234', 'unsupported_region'],
  ['911', 'emergency_number'],
  ['+19005551234', 'blocked_number'],
])('the number %s is %s', async (number, code) => {
  const { status, body } = await post({ ...CALL, to_phone_number: number })
  expect(status).toBe(422)
  expect(body).toEqual({ code, error: expect.stringContaining('Expected') })
})

test('fields are checked before the number', async () => {
  const { body } = await post({ ...CALL, to_phone_number: '911', record: 'maybe' })
  expect(body.code).toBe('validation_error')
})

test('the number is checked before the credits', async () => {
  const { accountId, key } = await api().newAccount()
  for (let i = 0; i < 5; i++) await api().credits.hold(accountId, `call${i}`)
  expect((await post({ ...CALL, to_phone_number: '911' }, key)).body.code).toBe('emergency_number')
  expect((await post(CALL, key)).body.code).toBe('insufficient_credits')
})

test('the sixth call of a new account is refused, and leaves nothing behind', async () => {
  const { accountId, key } = await api().newAccount()
  const answers = await Promise.all(Array.from({ length: 6 }, () => post(CALL, key)))
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(5)
  const refused = answers.find(({ status }) => status === 402)
  expect(refused?.body).toEqual({
    code: 'insufficient_credits',
    error: expect.stringMatching(
      /^Not enough credits. Expected at least 1 for a call, the account has 0. None are sold here/,
    ),
  })
  expect(await api().db.collection('calls').countDocuments({ accountId })).toBe(5)
  expect(api().engine.told.length).toBeGreaterThanOrEqual(5)
})

test('more open calls than the account may have are too_many_calls', async () => {
  const { accountId, key } = await api().newAccount()
  await api().credits.limit(accountId, { openCalls: 1 })
  expect((await post(CALL, key)).status).toBe(202)
  const { status, body, headers } = await post(CALL, key)
  expect(status).toBe(429)
  expect(body).toMatchObject({ code: 'too_many_calls', error: expect.stringContaining('Expected at most 1:') })
  expect(headers.get('retry-after')).toMatch(/^\d+$/)
})

test('more credits than the account may spend in a day are too_many_calls, until midnight UTC', async () => {
  const { accountId, key } = await api().newAccount()
  await api().credits.limit(accountId, { creditsPerDay: 1 })
  expect((await post(CALL, key)).status).toBe(202)
  const { status, body, headers } = await post(CALL, key)
  expect(status).toBe(429)
  expect(body.code).toBe('too_many_calls')
  expect(body.error).toMatch(/Expected at most 1 a day \(UTC\): retry after \d{4}-\d\d-\d\dT00:00:00Z$/)
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  expect(await api().credits.remaining(accountId)).toBe(4)
})

test('a live key where no carrier is set up is told so; nothing is stored or charged', async () => {
  const { accountId, key } = await api().newAccount('live')
  const { status, body, headers } = await post(CALL, key)
  expect(status).toBe(503)
  expect(body).toEqual({ code: 'unavailable', error: expect.stringContaining('Live calling is not set up here') })
  expect(headers.get('retry-after')).toMatch(/^\d+$/)
  expect(await api().credits.remaining(accountId)).toBe(5)
  expect(await api().db.collection('calls').countDocuments({ accountId })).toBe(0)
})
