import { expect, test } from 'vitest'

import { CALL, useApi } from './api.ts'

const api = useApi()
const LIST = '/api/v1/do_not_call'

test.each([
  ['nothing', {}, 400, 'missing_field'],
  ['no E.164', { to_phone_number: '415 555 1234' }, 422, 'invalid_phone'],
  ['a number that is none', { to_phone_number: 14155551234 }, 422, 'invalid_phone'],
  [
    'a reason that is too long',
    { to_phone_number: '+14155551234', reason: 'x'.repeat(201) },
    422,
    'validation_error',
  ],
  ['a reason that is no text', { to_phone_number: '+14155551234', reason: {} }, 422, 'validation_error'],
  ['no JSON', '{', 400, 'invalid_json'],
  ['no object', '[]', 400, 'invalid_body'],
])('%s cannot be put on the list', async (_, body, status, code) => {
  const { key } = await api().newAccount()
  const answer = await api().send('POST', LIST, { key, body })
  expect([answer.status, answer.body]).toEqual([status, { code, error: expect.stringContaining('Expected') }])
  expect((await api().send('GET', LIST, { key })).body).toEqual({ data: [], has_more: false })
})

test('a number that is not on the list cannot be taken off it', async () => {
  const { key } = await api().newAccount()
  const unknown = await api().send('DELETE', `${LIST}/+14155551234`, { key })
  expect([unknown.status, unknown.body.code]).toEqual([404, 'not_found'])
  const wrong = await api().send('DELETE', `${LIST}/4155551234`, { key })
  expect([wrong.status, wrong.body.code]).toEqual([422, 'invalid_phone'])
})

test.each(['limit=0', 'limit=x', 'starting_after=%2B14155551234', 'starting_after=$gt'])(
  'the list is not read with %s',
  async query => {
    const { key } = await api().newAccount()
    const { status, body } = await api().send('GET', `${LIST}?${query}`, { key })
    expect([status, body.code]).toEqual([422, 'validation_error'])
  },
)

test('a number is refused for what it is before it is looked for on the list, and that before the credits', async () => {
  const { accountId, key } = await api().newAccount()
  const post = async (number: string) =>
    (await api().send('POST', '/api/v1/calls', { key, body: { ...CALL, to_phone_number: number } })).body.code
  await api().send('POST', LIST, { key, body: { to_phone_number: '+442079460018' } })
  expect(await post('+442079460018')).toBe('unsupported_region')
  await api().send('POST', LIST, { key, body: { to_phone_number: CALL.to_phone_number } })
  for (let n = 0; n < 5; n++) await post('+14155551234')
  expect(await post(CALL.to_phone_number)).toBe('blocked_number')
  expect(await api().db.collection('calls').countDocuments({ accountId })).toBe(5)
})

test('other methods are told what is allowed', async () => {
  const { key } = await api().newAccount()
  const { status, headers } = await api().send('PUT', `${LIST}/+14155551234`, { key })
  expect([status, headers.get('allow')]).toEqual([405, 'DELETE, OPTIONS'])
})
