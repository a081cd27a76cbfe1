import { expect, test } from 'vitest'

import { CALL, useApi } from './api.ts'

const api = useApi()

const post = async (key: string | null, idempotencyKey: string) =>
  await api().send('POST', '/api/v1/calls', { key, body: CALL, headers: { 'idempotency-key': idempotencyKey } })

test("another account's key of the same name gives nothing away", async () => {
  const [ada, eve] = [await api().newAccount(), await api().newAccount()]
  const first = await post(ada.key, 'k')
  const second = await post(eve.key, 'k')
  expect([second.status, second.headers.get('idempotent-replayed')]).toEqual([202, null])
  expect(second.body.data.call_id).not.toBe(first.body.data.call_id)
})

test('a request without a key of the API is refused before its Idempotency-Key is looked at', async () => {
  const { key } = await api().newAccount()
  await post(key, 'k')
  expect((await post(null, 'k')).body.code).toBe('unauthorized')
  expect((await post(null, 'x'.repeat(300))).body.code).toBe('unauthorized')
})

test('another API key of the same account and mode gets the same answer, one of the other mode does not', async () => {
  const { key, accountId } = await api().newAccount()
  const first = await post(key, 'k')
  expect((await post(await api().keys.create(accountId, 'test'), 'k')).text).toBe(first.text)
  const live = await post(await api().keys.create(accountId, 'live'), 'k')
  expect([live.status, live.body.code]).toEqual([503, 'unavailable'])
})

test('the client’s key is not stored as it is', async () => {
  const { key } = await api().newAccount()
  await post(key, 'patient-4711')
  const records = await api().db.collection('idempotency').find().toArray()
  expect(JSON.stringify(records)).not.toContain('4711')
})
