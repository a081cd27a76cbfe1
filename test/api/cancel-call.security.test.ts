import { expect, test } from 'vitest'

import { CALL, useApi } from './api.ts'

const api = useApi()

test("another account's call, or one of the other mode, is call_not_found and goes on", async () => {
  const { key, accountId } = await api().newAccount()
  const { body } = await api().send('POST', '/api/v1/calls', { key, body: CALL })
  const id: string = body.data.call_id
  const strangers = [(await api().newAccount()).key, await api().keys.create(accountId, 'live')]
  const unknown = await api().send('POST', '/api/v1/calls/cl_01kad0zv6xk3y8t4m5n6p7q8r9/cancel', { key })
  for (const key of strangers) {
    const answer = await api().send('POST', `/api/v1/calls/${id}/cancel`, { key })
    expect([answer.status, answer.text]).toEqual([404, unknown.text])
  }
  expect((await api().calls.find(id))?.cancelRequestedAt).toBeNull()
})

test('requires a key', async () => {
  const { status, body } = await api().send('POST', '/api/v1/calls/cl_01kad0zv6xk3y8t4m5n6p7q8r9/cancel')
  expect([status, body.code]).toEqual([401, 'unauthorized'])
})
