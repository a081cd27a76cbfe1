import { expect, test } from 'vitest'

import { purseOf } from '../../src/credits/credit.ts'
import { CALL, useApi } from './api.ts'
import { newLimitedAccount, serveLive } from './limited-account.ts'

const api = useApi()

const NEW_YORK = { ...CALL, to_phone_number: '+12125551234' }

test('one call too many to a number is rate_limit_exceeded, says which limit it is, and leaves nothing', async () => {
  const { accountId, key } = await newLimitedAccount(api(), { callsPerNumberPerHour: 1 })
  const send = await serveLive(api())
  await send('POST', '/api/v1/calls', key, NEW_YORK)
  const remaining = await api().credits.remaining(purseOf({ accountId, mode: 'live' }))
  const { status, body, headers } = await send('POST', '/api/v1/calls', key, NEW_YORK)
  const seconds = Number(headers.get('retry-after'))
  expect([status, body]).toEqual([
    429,
    {
      code: 'rate_limit_exceeded',
      error: `Too many calls to this number. Expected at most 1 an hour, as this account is set: retry in ${seconds} seconds`,
    },
  ])
  expect(seconds).toBeGreaterThan(3_000)
  expect(seconds).toBeLessThanOrEqual(3_600)
  // The key's own limit is another one, and is told as ever.
  expect(headers.get('ratelimit-remaining')).toBe('8')
  expect((await send('GET', '/api/v1/calls', key)).body.data).toHaveLength(1)
  expect(await api().credits.remaining(purseOf({ accountId, mode: 'live' }))).toBe(remaining)
  expect(await api().db.collection('calls').countDocuments({ accountId })).toBe(1)
})

test('a limit of 0 lets no call through', async () => {
  const { key } = await newLimitedAccount(api(), { callsPerNumberPerHour: 0 })
  const send = await serveLive(api())
  expect((await send('POST', '/api/v1/calls', key, NEW_YORK)).body.error).toContain('Expected at most 0 an hour')
})

test('an answer that is repeated is not counted, and a refused request may be repeated with its key', async () => {
  const { key } = await newLimitedAccount(api(), { callsPerNumberPerHour: 2 })
  const send = await serveLive(api())
  const place = async (idempotencyKey: string) =>
    await send('POST', '/api/v1/calls', key, NEW_YORK, idempotencyKey)
  const first = await place('first')
  for (let n = 0; n < 3; n++) expect((await place('first')).text).toBe(first.text)
  expect((await place('second')).status).toBe(202)
  for (let n = 0; n < 2; n++) expect((await place('third')).body.code).toBe('rate_limit_exceeded')
  expect((await place('first')).text).toBe(first.text)
})

test('what was refused for other reasons does not count', async () => {
  const { accountId, key } = await api().newAccount('live')
  await api().accounts.limit(accountId, { callsPerNumberPerHour: 6 })
  const send = await serveLive(api())
  const place = async (body: object = NEW_YORK) => (await send('POST', '/api/v1/calls', key, body)).status
  expect([await place({ ...NEW_YORK, objective: '' }), await place({ ...CALL, to_phone_number: '911' })]).toEqual([
    400, 422,
  ])
  for (let n = 0; n < 5; n++) expect(await place()).toBe(202)
  expect([await place(), await place()]).toEqual([402, 402])
  await api().credits.grant(purseOf({ accountId, mode: 'live' }), 'payment', 10)
  const other = await api().keys.create(accountId, 'live')
  const statuses = []
  for (let n = 0; n < 2; n++) statuses.push((await send('POST', '/api/v1/calls', other, NEW_YORK)).status)
  expect(statuses).toEqual([202, 429])
})

test('a call that cannot be started at night is accepted all the same, and can be canceled', async () => {
  const { key } = await newLimitedAccount(api(), { callingHours: true })
  const send = await serveLive(api(), { clock: () => new Date('2026-07-02T03:00:00Z') })
  api().engine.isAway = true
  try {
    const { status, body } = await send('POST', '/api/v1/calls', key, NEW_YORK)
    expect([status, body.data.scheduled_for]).toEqual([202, '2026-07-02T12:00:00Z'])
    const canceled = await send('POST', `/api/v1/calls/${body.data.call_id}/cancel`, key)
    expect([canceled.status, canceled.body.data.scheduled_for]).toEqual([202, '2026-07-02T12:00:00Z'])
  } finally {
    api().engine.isAway = false
  }
})
