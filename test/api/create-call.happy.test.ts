import { expect, test } from 'vitest'

import { CALL, useApi } from './api.ts'

const api = useApi()

test('a call is accepted, holds one credit and is started', async () => {
  const { key, accountId } = await api().newAccount()
  const { status, body, headers } = await api().send('POST', '/api/v1/calls', { key, body: CALL })
  expect(status).toBe(202)
  expect(body).toEqual({
    data: {
      call_id: expect.stringMatching(/^cl_[0-9a-z]{26}$/),
      status: 'queued',
      ...CALL,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    },
    credits_remaining: 4,
  })
  expect(headers.get('x-request-id')).toMatch(/^req_/)
  expect(await api().credits.remaining(accountId)).toBe(4)
  expect(api().engine.told).toContainEqual(['startCall', body.data.call_id])
  expect(await api().calls.find(body.data.call_id)).toMatchObject({ accountId, mode: 'test', status: 'queued' })
})

test('what was given is trimmed, kept, and echoed; the rest has its default', async () => {
  const { key } = await api().newAccount()
  const { body } = await api().send('POST', '/api/v1/calls', {
    key,
    body: {
      to_phone_number: ' +14155551234 ',
      objective: '  Ask “when” 🎉 \u0000 they open\n',
      business_name: 'Nopa',
      website: 'nopasf.com/menu?x=1',
      language: 'fr-CA',
      caller_name: 'Ada Lovelace',
      max_duration_seconds: 60,
      record: false,
      metadata: { 'order.id': '4711', $set: 'x', '': 'empty', __proto__x: '1' },
      unknown_field: { is: 'ignored' },
    },
  })
  expect(body.data).toMatchObject({
    to_phone_number: '+14155551234',
    objective: 'Ask “when” 🎉 \u0000 they open',
    business_name: 'Nopa',
    website: 'https://nopasf.com/menu?x=1',
  })
  const read = await api().send('GET', `/api/v1/calls/${body.data.call_id}`, { key })
  expect(read.body.data).toMatchObject({
    objective: 'Ask “when” 🎉 \u0000 they open',
    language: 'fr-CA',
    caller_name: 'Ada Lovelace',
    metadata: { 'order.id': '4711', $set: 'x', '': 'empty', __proto__x: '1' },
  })
  expect((await api().calls.find(body.data.call_id))?.request).toMatchObject({
    maxDurationSeconds: 60,
    record: false,
  })
})

test('optional fields that are null or blank count as not given', async () => {
  const { key } = await api().newAccount()
  const { body } = await api().send('POST', '/api/v1/calls', {
    key,
    body: {
      ...CALL,
      business_name: null,
      website: '  ',
      max_duration_seconds: null,
      record: null,
      metadata: null,
    },
  })
  expect(Object.keys(body.data)).toEqual(['call_id', 'status', 'to_phone_number', 'objective', 'created_at'])
  expect((await api().calls.find(body.data.call_id))?.request).toMatchObject({
    businessName: null,
    website: null,
    maxDurationSeconds: 600,
    metadata: null,
  })
})

test("a call that does not say whether to record follows the account's setting", async () => {
  const { key, accountId } = await api().newAccount()
  const record = async () => {
    const { body } = await api().send('POST', '/api/v1/calls', { key, body: CALL })
    return (await api().calls.find(body.data.call_id))?.request.record
  }
  expect(await record()).toBe(true)
  await api()
    .db.collection<{ _id: string }>('accounts')
    .updateOne({ _id: accountId }, { $set: { recordByDefault: false } })
  expect(await record()).toBe(false)
})

test('a call is accepted while the engine is away', async () => {
  const { key } = await api().newAccount()
  api().engine.isAway = true
  const { status, body } = await api().send('POST', '/api/v1/calls', { key, body: CALL })
  api().engine.isAway = false
  expect(status).toBe(202)
  expect((await api().calls.find(body.data.call_id))?.status).toBe('queued')
})

test('the key may come as a bearer token', async () => {
  const { key } = await api().newAccount()
  const { status } = await api().send('POST', '/api/v1/calls', {
    body: CALL,
    headers: { authorization: `Bearer ${key}` },
  })
  expect(status).toBe(202)
})

test('the content type of the body does not matter', async () => {
  const { key } = await api().newAccount()
  const headers = { 'content-type': 'text/plain' }
  const { status } = await api().send('POST', '/api/v1/calls', { key, body: CALL, headers })
  expect(status).toBe(202)
})
