import { expect, inject, onTestFinished, test } from 'vitest'

import { newId } from '../../src/ids.ts'
import { createMongo } from '../../src/providers/mongo.ts'
import { createRateLimits } from '../../src/rate-limits/limiter.ts'
import { RATE_LIMITS, createRateLimitStore } from '../../src/rate-limits/store.ts'
import { CALL, useApi } from './api.ts'
import { newLimitedAccount, serveLive } from './limited-account.ts'

const api = useApi()

const NEW_YORK = { ...CALL, to_phone_number: '+12125551234' }
const NIGHT = () => new Date('2026-07-02T03:00:00Z')
const DAY = () => new Date('2026-07-02T15:00:00Z')

test('so many calls an hour are placed to one number, and others beside them', async () => {
  const { key } = await newLimitedAccount(api(), { callsPerNumberPerHour: 2 })
  const send = await serveLive(api())
  const statuses = []
  for (const to of ['+12125551234', ' +12125551234', '+12125551234', '+12125551235'])
    statuses.push((await send('POST', '/api/v1/calls', key, { ...CALL, to_phone_number: to })).status)
  expect(statuses).toEqual([202, 202, 429, 202])
})

test('over several processes four of twelve simultaneous calls to one number are accepted, again and again', async () => {
  const processes = await Promise.all(
    [1, 2, 3].map(async () => {
      const { db, close } = await createMongo({
        url: inject('mongodbUrl'),
        database: api().db.databaseName,
        log: api().log,
      })
      onTestFinished(close)
      return await serveLive(api(), { rateLimits: createRateLimits(db) })
    }),
  )
  for (let round = 0; round < 3; round++) {
    const { accountId, key } = await newLimitedAccount(api(), { callsPerNumberPerHour: 4 })
    const keys = [key, await api().keys.create(accountId, 'live')]
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => processes[n % 3]!('POST', '/api/v1/calls', keys[n % 2]!, NEW_YORK)),
    )
    const withStatus = (wanted: number) => answers.filter(({ status }) => status === wanted).length
    expect([withStatus(202), withStatus(429)]).toEqual([4, 8])
  }
})

test('a call counts for an hour from its own time on, and its count is cleared away then', async () => {
  const { accountId, key } = await newLimitedAccount(api(), { callsPerNumberPerHour: 2 })
  const send = await serveLive(api())
  const place = async () => (await send('POST', '/api/v1/calls', key, NEW_YORK)).status
  await place()
  const counts = api().db.collection<{ key: string; calls: { at: Date }[] }>(RATE_LIMITS)
  const hourAgo = new Date(Date.now() - 3_600_000)
  await counts.updateOne({ key: `number:${accountId}/live/+12125551234` }, { $set: { 'calls.0.at': hourAgo } })
  expect([await place(), await place(), await place()]).toEqual([202, 202, 429])
  await createRateLimitStore(api().db).prune(new Date(Date.now() + 3_601_000))
  expect(await counts.countDocuments({ key: { $regex: '^number:' } })).toBe(0)
})

test('a call that waits for the morning counts there: no more ring in its first hour than at any other', async () => {
  const { key } = await newLimitedAccount(api(), { callingHours: true, callsPerNumberPerHour: 2 })
  const at = async (time: string) => {
    const send = await serveLive(api(), { clock: () => new Date(time) })
    const { status, headers } = await send('POST', '/api/v1/calls', key, NEW_YORK)
    return [status, headers.get('retry-after')]
  }
  expect(await at('2026-07-02T00:30:00Z')).toEqual([202, null])
  expect(await at('2026-07-02T01:00:00Z')).toEqual([202, null])
  expect(await at('2026-07-02T05:00:00Z')).toEqual([202, null])
  // From 13:00 on there is room: the two that wait begin at 12:00.
  expect(await at('2026-07-02T09:00:00Z')).toEqual([429, '14400'])
  expect(await at('2026-07-02T12:59:59Z')).toEqual([429, '1'])
  expect(await at('2026-07-02T13:00:00Z')).toEqual([202, null])
})

test('a call at night is accepted, says until when it waits, and is started to do so', async () => {
  const { key } = await newLimitedAccount(api(), { callingHours: true })
  const send = await serveLive(api(), { clock: NIGHT })
  const { status, body } = await send('POST', '/api/v1/calls', key, NEW_YORK)
  expect(status).toBe(202)
  expect(body.data).toMatchObject({ status: 'queued', scheduled_for: '2026-07-02T12:00:00Z' })
  const path = `/api/v1/calls/${body.data.call_id}`
  const waits = { status: 'queued', scheduled_for: '2026-07-02T12:00:00Z' }
  expect((await send('GET', path, key)).body.data).toMatchObject(waits)
  expect((await send('GET', '/api/v1/calls', key)).body.data).toMatchObject([waits])
  expect(api().engine.told).toContainEqual(['startCall', body.data.call_id])
  expect((await send('POST', `${path}/cancel`, key)).status).toBe(202)
  expect(api().engine.told).toContainEqual(['signalCancelRequested', body.data.call_id])
})

test('a call by day waits for nothing', async () => {
  const { key } = await newLimitedAccount(api(), { callingHours: true })
  const send = await serveLive(api(), { clock: DAY })
  const { body } = await send('POST', '/api/v1/calls', key, NEW_YORK)
  expect(body.data).not.toHaveProperty('scheduled_for')
  expect((await send('GET', `/api/v1/calls/${body.data.call_id}`, key)).body.data.scheduled_for).toBeNull()
})

test.each([
  ['an account that asked for nothing', {}, 'live'],
  ['a test key', { callsPerNumberPerHour: 1, callingHours: true }, 'test'],
] as const)('%s is neither limited nor made to wait', async (_, limits, mode) => {
  const { accountId } = await newLimitedAccount(api(), limits)
  const key = await api().keys.create(accountId, mode)
  const send = await serveLive(api(), { clock: NIGHT })
  for (let n = 0; n < 3; n++) {
    const { status, body } = await send('POST', '/api/v1/calls', key, NEW_YORK)
    expect([status, 'scheduled_for' in body.data]).toEqual([202, false])
  }
})

test('a limit that is taken away again limits nothing', async () => {
  const { accountId, key } = await newLimitedAccount(api(), { callsPerNumberPerHour: 1, callingHours: true })
  const send = await serveLive(api(), { clock: NIGHT })
  await api().accounts.limit(accountId, { callsPerNumberPerHour: null, callingHours: false })
  for (let n = 0; n < 2; n++) {
    const { status, body } = await send('POST', '/api/v1/calls', key, {
      ...NEW_YORK,
      metadata: { id: newId('x') },
    })
    expect([status, 'scheduled_for' in body.data]).toEqual([202, false])
  }
})
