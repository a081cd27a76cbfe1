import { expect, inject, onTestFinished, test } from 'vitest'

import { createApp } from '../../src/app.ts'
import { createLog } from '../../src/log.ts'
import { createMongo } from '../../src/providers/mongo.ts'
import { createRateLimits } from '../../src/rate-limits/limiter.ts'
import { RATE_LIMITS, createRateLimitStore } from '../../src/rate-limits/store.ts'
import { CALL, serve, useApi } from './api.ts'

const api = useApi()

/** A key whose account has credits for more calls than the limit allows. */
const newKey = async (): Promise<string> => {
  const { accountId, key } = await api().newAccount()
  await api().credits.grant(accountId, 'payment', 40)
  return key
}

const post = async (key: string, { url = api().url, headers = {} } = {}) => {
  const response = await fetch(`${url}/api/v1/calls`, {
    method: 'POST',
    headers: { 'x-api-key': key, ...headers },
    body: JSON.stringify(CALL),
  })
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as { data: { call_id: string } },
  }
}

/** What an answer says of the limit: [limit, remaining, seconds]. */
const standingIn = (headers: Headers) =>
  ['limit', 'remaining', 'reset'].map(name => Number(headers.get(`ratelimit-${name}`)))

/** Another process of the API: connections, counters and memory of its own. */
const otherProcess = async (): Promise<string> => {
  const log = createLog('test', 'silent')
  const { db, close } = await createMongo({
    url: inject('mongodbUrl'),
    database: api().db.databaseName,
    log,
  })
  const other = await serve(createApp({ ...api().deps, rateLimits: createRateLimits(db) }))
  onTestFinished(async () => {
    await other.close()
    await close()
  })
  return other.url
}

test('ten calls a minute are accepted, and each answer says how many are left', async () => {
  const key = await newKey()
  for (let remaining = 9; remaining >= 0; remaining--) {
    const { status, headers } = await post(key)
    const [limit, left, seconds] = standingIn(headers)
    expect([status, limit, left]).toEqual([202, 10, remaining])
    expect(seconds).toBeGreaterThan(0)
    expect(seconds).toBeLessThanOrEqual(60)
    expect(headers.get('ratelimit-policy')).toBe('10;w=60')
  }
})

test('over several processes ten of thirty simultaneous calls are accepted, again and again', async () => {
  const urls = [api().url, await otherProcess(), await otherProcess()]
  const { db } = api()
  for (let round = 0; round < 3; round++) {
    const key = await newKey()
    const answers = await Promise.all(
      Array.from({ length: 30 }, async (_, n) => await post(key, { url: urls[n % 3]! })),
    )
    const withStatus = (wanted: number) => answers.filter(({ status }) => status === wanted).length
    expect([withStatus(202), withStatus(429)]).toEqual([10, 20])
    const keys = await db.collection(RATE_LIMITS).find({ points: 10 }).toArray()
    expect(new Set(keys.map(({ key }) => key as string)).size).toBe(keys.length)
  }
})

test('when the window is over the next one begins, over several processes as exactly', async () => {
  const { db } = api()
  const key = await newKey()
  for (let n = 0; n < 3; n++) await post(key)
  const past = new Date(Date.now() - 1)
  await db.collection(RATE_LIMITS).updateMany({}, { $set: { expire: past } })
  const urls = [api().url, await otherProcess()]
  const answers = await Promise.all(
    Array.from({ length: 16 }, async (_, n) => await post(key, { url: urls[n % 2]! })),
  )
  expect(answers.filter(({ status }) => status === 202)).toHaveLength(10)
})

test('an answer that is repeated is not counted, and says where the key stands', async () => {
  const key = await newKey()
  const headers = { 'idempotency-key': 'order-1' }
  const first = await post(key, { headers })
  for (let n = 0; n < 12; n++) await post(key, { headers })
  const again = await post(key, { headers })
  expect([again.status, again.headers.get('idempotent-replayed'), again.body]).toEqual([202, 'true', first.body])
  expect(standingIn(again.headers).slice(0, 2)).toEqual([10, 9])
})

test('reading is not counted, and each answer says where the key stands all the same', async () => {
  const key = await newKey()
  const path = `/api/v1/calls/${(await post(key)).body.data.call_id}`
  for (const read of ['/api/v1/calls', path, '/api/v1/credits', '/api/v1/do_not_call']) {
    const { status, headers } = await api().send('GET', read, { key })
    expect([status, ...standingIn(headers).slice(0, 2)]).toEqual([200, 10, 9])
    expect(headers.get('ratelimit-policy')).toBe('10;w=60')
  }
  const listed = { to_phone_number: '+14155550199' }
  expect(standingIn((await api().send('POST', '/api/v1/do_not_call', { key, body: listed })).headers)[1]).toBe(9)
  expect(standingIn((await api().send('POST', `${path}/cancel`, { key })).headers)[1]).toBe(9)
  expect(standingIn((await post(key)).headers)[1]).toBe(8)
})

test('what is left of windows that ended is cleared away', async () => {
  const { db } = api()
  await post(await newKey())
  const later = new Date(Date.now() + 61_000)
  await createRateLimitStore(db).prune(later)
  expect(await db.collection(RATE_LIMITS).countDocuments()).toBe(0)
})
