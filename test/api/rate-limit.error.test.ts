import { MongoClient } from 'mongodb'
import { expect, onTestFinished, test } from 'vitest'

import { createApp } from '../../src/app.ts'
import { createRateLimits } from '../../src/rate-limits/limiter.ts'
import { CALL, serve, useApi } from './api.ts'

const api = useApi()

const post = async (key: string, body: unknown = CALL, headers: Record<string, string> = {}) =>
  await api().send('POST', '/api/v1/calls', { key, body, headers })

/** A key that has placed its ten calls. */
const usedUpKey = async () => {
  const { accountId, key } = await api().newAccount()
  await api().credits.grant(accountId, 'payment', 40)
  for (let n = 0; n < 10; n++) await post(key)
  return { accountId, key }
}

test('the eleventh call within a minute is rate_limit_exceeded, and costs nothing', async () => {
  const { accountId, key } = await usedUpKey()
  const { status, body, headers } = await post(key)
  const seconds = Number(headers.get('retry-after'))
  expect(status).toBe(429)
  expect(body).toEqual({
    code: 'rate_limit_exceeded',
    error: `Too many calls with this key. Expected at most 10 in 60 seconds: retry in ${seconds} seconds`,
  })
  expect(seconds).toBeGreaterThanOrEqual(1)
  expect(seconds).toBeLessThanOrEqual(60)
  expect(Number(headers.get('ratelimit-reset'))).toBe(seconds)
  expect(headers.get('ratelimit-remaining')).toBe('0')
  expect(await api().credits.remaining(accountId)).toBe(35)
})

test('the limit is a key’s own: another key of the same account goes on', async () => {
  const { accountId, key } = await usedUpKey()
  expect((await post(key)).status).toBe(429)
  expect((await post(await api().keys.create(accountId, 'test'))).status).toBe(202)
})

test('key and body are checked before the rate, fields after it', async () => {
  const { key } = await usedUpKey()
  expect((await post(key, '{')).body.code).toBe('invalid_json')
  expect((await post(key, '[]')).body.code).toBe('invalid_body')
  expect((await post(key, {})).body.code).toBe('rate_limit_exceeded')
  expect((await post('ak_test_wrong')).body.code).toBe('unauthorized')
})

test('a wrong field counts, a wrong body does not', async () => {
  const { key } = await api().newAccount()
  expect((await post(key, '{')).headers.get('ratelimit-remaining')).toBe('10')
  expect((await post(key, {})).headers.get('ratelimit-remaining')).toBe('9')
})

test('idempotency is checked before the rate, and a refused request may be repeated with its key', async () => {
  const { accountId, key } = await api().newAccount()
  await api().credits.grant(accountId, 'payment', 40)
  const first = await post(key, CALL, { 'idempotency-key': 'first' })
  for (let n = 0; n < 9; n++) await post(key)
  const again = await post(key, CALL, { 'idempotency-key': 'first' })
  expect([again.status, again.text]).toEqual([202, first.text])
  const conflict = await post(key, { ...CALL, objective: 'Something else' }, { 'idempotency-key': 'first' })
  expect(conflict.body.code).toBe('idempotency_conflict')
  for (let n = 0; n < 2; n++)
    expect((await post(key, CALL, { 'idempotency-key': 'late' })).body.code).toBe('rate_limit_exceeded')
})

test('an error says where the key stands, whatever was asked', async () => {
  const { key } = await api().newAccount()
  await post(key)
  for (const [method, path, code] of [
    ['GET', '/api/v1/calls/cl_01kad0zv6xk3y8t4m5n6p7q8r9', 'call_not_found'],
    ['GET', '/api/v1/calls?limit=many', 'validation_error'],
    ['POST', '/api/v1/do_not_call', 'invalid_json'],
    ['DELETE', '/api/v1/do_not_call/+14155550199', 'not_found'],
  ] as const) {
    const { body, headers } = await api().send(method, path, { key })
    expect([body.code, headers.get('ratelimit-remaining')]).toEqual([code, '9'])
  }
})

test('a store that does not answer is unavailable, and nothing was accepted', async () => {
  const { accountId, key } = await api().newAccount()
  const away = new MongoClient('mongodb://127.0.0.1:1', { serverSelectionTimeoutMS: 50 })
  const broken = await serve(createApp({ ...api().deps, rateLimits: createRateLimits(away.db('errand')) }))
  onTestFinished(async () => {
    await broken.close()
    await away.close()
  })
  const answer = await fetch(`${broken.url}/api/v1/calls`, {
    method: 'POST',
    headers: { 'x-api-key': key },
    body: JSON.stringify(CALL),
  })
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5'])
  expect(((await answer.json()) as { code: string }).code).toBe('unavailable')
  expect(await api().credits.remaining(accountId)).toBe(5)
  const read = await fetch(`${broken.url}/api/v1/calls`, { headers: { 'x-api-key': key } })
  expect([read.status, read.headers.get('ratelimit-limit')]).toEqual([200, null])
  const refused = await fetch(`${broken.url}/api/v1/calls`, { headers: { 'x-api-key': 'ak_test_wrong' } })
  expect(refused.status).toBe(401)
})
