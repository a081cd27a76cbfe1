import { expect, test } from 'vitest'

import { newCall } from '../../src/calls/call.ts'
import { newCallId } from '../../src/ids.ts'
import { CALL, useApi } from './api.ts'

const api = useApi()

const place = async () => {
  const { key, accountId } = await api().newAccount()
  const { body } = await api().send('POST', '/api/v1/calls', { key, body: CALL })
  const id: string = body.data.call_id
  return {
    id,
    key,
    accountId,
    cancel: async () => await api().send('POST', `/api/v1/calls/${id}/cancel`, { key }),
  }
}

const ENDS: [string, (id: string) => Promise<unknown>][] = [
  ['has ended', id => api().calls.advance(id, 'completed', { endedAt: new Date() })],
  ['is being judged', id => api().calls.setEndedAt(id, new Date(), 12)],
  ['is about to be stored as ended', id => api().calls.decideEnding(id, { status: 'failed', errorCode: 'busy' })],
  [
    'has just said goodbye',
    async id => {
      await api().conversations.ensure(id)
      await api().conversations.end(id, { by: 'host', reason: 'agent_ended', at: new Date() })
    },
  ],
]

test.each(ENDS)('a call that %s is call_already_ended, and is not canceled', async (_, end) => {
  const { id, cancel } = await place()
  await end(id)
  const { status, body } = await cancel()
  expect(status).toBe(409)
  expect(body).toEqual({ code: 'call_already_ended', error: expect.stringContaining('Expected') })
  expect((await api().calls.find(id))?.cancelRequestedAt).toBeNull()
  expect(api().engine.told).not.toContainEqual(['signalCancelRequested', id])
})

test.each(['cl_unknown', 'cl_01kad0zv6xk3y8t4m5n6p7q8r9', '$ne'])('%s is call_not_found', async id => {
  const { key } = await api().newAccount()
  const { status, body } = await api().send('POST', `/api/v1/calls/${id}/cancel`, { key })
  expect([status, body.code]).toEqual([404, 'call_not_found'])
})

test('a call that is only being accepted is call_not_found, and is not canceled', async () => {
  const { id, key, accountId } = await place()
  const { request } = (await api().calls.find(id))!
  const accepting = newCall(newCallId(), accountId, 'test', request, new Date())
  await api().calls.insert(accepting)
  const { status, body } = await api().send('POST', `/api/v1/calls/${accepting._id}/cancel`, { key })
  expect([status, body.code]).toEqual([404, 'call_not_found'])
  expect((await api().calls.find(accepting._id))?.cancelRequestedAt).toBeNull()
})

test('another method is method_not_allowed', async () => {
  const { id, key } = await place()
  const { status, headers } = await api().send('GET', `/api/v1/calls/${id}/cancel`, { key })
  expect([status, headers.get('allow')]).toEqual([405, 'POST, OPTIONS'])
})
