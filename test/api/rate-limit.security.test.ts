import { expect, onTestFinished, test } from 'vitest'

import { createApp } from '../../src/app.ts'
import { UNAUTHORIZED_A_MINUTE, addressGroup } from '../../src/rate-limits/rate-limit.ts'
import { RATE_LIMITS } from '../../src/rate-limits/store.ts'
import { CALL, serve, useApi } from './api.ts'

const api = useApi()

/** The same API behind so many proxies; requests say for whom. */
const behindProxies = async (trustedProxies: number) => {
  const { url, close } = await serve(createApp({ ...api().deps, trustedProxies }))
  onTestFinished(close)
  return async (forwardedFor: string, key = 'ak_test_wrong') =>
    await fetch(`${url}/api/v1/calls`, { headers: { 'x-api-key': key, 'x-forwarded-for': forwardedFor } })
}

const statuses = async (
  count: number,
  request: (n: number) => Promise<Response>,
): Promise<Record<number, number>> => {
  const found: Record<number, number> = {}
  for (let n = 0; n < count; n++) {
    const { status } = await request(n)
    found[status] = (found[status] ?? 0) + 1
  }
  return found
}

const { most } = UNAUTHORIZED_A_MINUTE

test('requests without a right key are limited per address, and a right one from there is served', async () => {
  const request = await behindProxies(1)
  expect(await statuses(most + 5, () => request('203.0.113.1'))).toEqual({ 401: most, 429: 5 })
  const refused = await request('203.0.113.1')
  expect(await refused.json()).toEqual({
    code: 'rate_limit_exceeded',
    error: expect.stringContaining('without a valid API key from this address'),
  })
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await request('203.0.113.2')).status).toBe(401)
  expect((await request('203.0.113.1', (await api().newAccount()).key)).status).toBe(200)
})

test('no address is believed that a client claims for itself', async () => {
  const throughOne = await behindProxies(1)
  expect(await statuses(most + 1, n => throughOne(`198.51.100.${n}, 203.0.113.3`))).toEqual({ 401: most, 429: 1 })
  await api().db.collection(RATE_LIMITS).deleteMany({})
  const direct = await behindProxies(0)
  expect(await statuses(most + 1, n => direct(`198.51.100.${n}`))).toEqual({ 401: most, 429: 1 })
})

test('a network of IPv6 counts as one address', () => {
  expect(addressGroup('2001:db8:1:2:3:4:5:6')).toBe(addressGroup('2001:db8:1:2::9'))
  expect(addressGroup('2001:db8:1:2::9')).not.toBe(addressGroup('2001:db8:1:3::9'))
  expect(addressGroup('::ffff:203.0.113.1')).toBe('203.0.113.1')
  expect(addressGroup('<script>')).toBe('unknown')
})

test('one account’s calls say nothing of another’s limit', async () => {
  const [ada, eve] = [await api().newAccount(), await api().newAccount()]
  await api().send('POST', '/api/v1/calls', { key: ada.key, body: CALL })
  const { headers } = await api().send('POST', '/api/v1/calls', { key: eve.key, body: '{' })
  expect(headers.get('ratelimit-remaining')).toBe('10')
})

test('neither keys nor more than the start of their hash are stored with the counts', async () => {
  const { key } = await api().newAccount()
  await api().send('POST', '/api/v1/calls', { key, body: CALL })
  const counts = JSON.stringify(await api().db.collection(RATE_LIMITS).find().toArray())
  expect(counts).toContain('calls:')
  expect(counts).not.toContain(key.slice(8))
})
