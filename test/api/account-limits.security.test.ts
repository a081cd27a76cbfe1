import { expect, test } from 'vitest'

import { CALL, useApi } from './api.ts'
import { newLimitedAccount, serveLive } from './limited-account.ts'

const api = useApi()

const NEW_YORK = { ...CALL, to_phone_number: '+12125551234' }

test('calls of one account say nothing of another’s limit, and use up none of it', async () => {
  const limits = { callsPerNumberPerHour: 1 }
  const [ada, eve] = [await newLimitedAccount(api(), limits), await newLimitedAccount(api(), limits)]
  const send = await serveLive(api())
  const place = async (key: string) => (await send('POST', '/api/v1/calls', key, NEW_YORK)).status
  expect([await place(ada.key), await place(ada.key), await place(eve.key)]).toEqual([202, 429, 202])
})

test('another key of the same account has no calls of its own to the number', async () => {
  const { accountId, key } = await newLimitedAccount(api(), { callsPerNumberPerHour: 1 })
  const send = await serveLive(api())
  const place = async (key: string) => (await send('POST', '/api/v1/calls', key, NEW_YORK)).status
  expect([await place(key), await place(await api().keys.create(accountId, 'live'))]).toEqual([202, 429])
})

test('no field of a request switches the limits off', async () => {
  const { key } = await newLimitedAccount(api(), { callsPerNumberPerHour: 1, callingHours: true })
  const send = await serveLive(api(), { clock: () => new Date('2026-07-02T03:00:00Z') })
  const body = {
    ...NEW_YORK,
    scheduled_for: '2026-07-02T03:00:00Z',
    limits: {},
    keepsCallingHours: false,
    mode: 'test',
  }
  const first = await send('POST', '/api/v1/calls', key, body)
  expect(first.body.data.scheduled_for).toBe('2026-07-02T12:00:00Z')
  expect((await send('POST', '/api/v1/calls', key, body)).status).toBe(429)
})

test('a call that waits is nobody else’s to read or to cancel', async () => {
  const { key } = await newLimitedAccount(api(), { callingHours: true })
  const send = await serveLive(api(), { clock: () => new Date('2026-07-02T03:00:00Z') })
  const path = `/api/v1/calls/${(await send('POST', '/api/v1/calls', key, NEW_YORK)).body.data.call_id}`
  const stranger = (await api().newAccount('live')).key
  for (const [method, to] of [
    ['GET', path],
    ['POST', `${path}/cancel`],
  ] as const)
    expect((await send(method, to, stranger)).body.code).toBe('call_not_found')
})
